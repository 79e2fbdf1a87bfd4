// Naming an experiment saves it; without a name it is history and may be pruned.
import type { Steering } from '@mistudio/contracts'
import Save from 'lucide-react/icons/save'
import { useState } from 'react'
import { useRename } from '../../../data/index.js'
import { DescribeDialog } from '../../../kit/index.js'
import { Button } from '../../../ui/index.js'

export function SaveExperiment({ steering: { id, name, version } }: { steering: Steering }) {
  const [open, setOpen] = useState(false)
  const save = useRename('updateSteering', id)
  return (
    <>
      <Button size="sm" icon={Save} onClick={() => setOpen(true)}>
        {name === null ? 'Save experiment' : 'Rename'}
      </Button>
      <DescribeDialog
        open={open}
        onClose={() => setOpen(false)}
        of={{ name: name ?? '', version }}
        save={save}
        title="Save experiment"
        description="Saved ones stay; the rest is history, of which the newest hundred are kept."
        undo={false}
      />
    </>
  )
}
