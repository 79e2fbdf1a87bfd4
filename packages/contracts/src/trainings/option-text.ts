// What the words of a training option are: label, unit, one sentence of help, and the group of the form it belongs to.

export type OptionGroup =
  | 'Architecture'
  | 'Sites'
  | 'Length'
  | 'Schedule'
  | 'Optimiser'
  | 'Start'
  | 'Sparsity'
  | 'Dead features'
  | 'Data'
  | 'Reports and evaluation'
  | 'Checkpoints'
  | 'Alerts'

export interface OptionText {
  readonly label: string
  readonly unit?: string
  readonly help: string
  readonly group: OptionGroup
}

export const text = (group: OptionGroup, label: string, help: string, unit?: string): OptionText => ({
  group,
  label,
  help,
  ...(unit ? { unit } : {}),
})
