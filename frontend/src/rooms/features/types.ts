// Types of the room that the contract has no name for.
import type { AnnotateFeatureSchema } from '@mistudio/contracts'

export type AnnotateFeature = (typeof AnnotateFeatureSchema)['_output']
export type { AnnotateFeatures, Feature, FeatureList, FeatureRow, ProbeFeature } from '@mistudio/contracts'
