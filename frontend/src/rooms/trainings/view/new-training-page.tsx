// The page of a new training: from nothing, from the settings in the address, or as a branch of a checkpoint.
import type { Training } from '@mistudio/contracts'
import { useReadyModels } from '../../../data/index.js'
import { Loaded, ResourcePage } from '../../../kit/index.js'
import { places } from '../../../places/index.js'
import { LinkButton, Notice, Page, usePlace } from '../../../ui/index.js'
import { useTraining } from '../api.js'
import { TrainingForm } from './training-form.js'

const CRUMBS = [{ label: 'Training', to: places.trainings() }]

export function NewTrainingPage() {
  const [{ branch, step = 0 }] = usePlace(places.newTraining)
  return branch && step > 0 ? <BranchPage id={branch} step={step} /> : <FormPage />
}

function BranchPage({ id, step }: { id: string; step: number }) {
  const parent = useTraining(id)
  return (
    <ResourcePage of={parent} title="Branch" crumbs={CRUMBS}>
      {(one) => <FormPage branch={{ parent: one, step }} />}
    </ResourcePage>
  )
}

function FormPage({ branch }: { branch?: { parent: Training; step: number } }) {
  const models = useReadyModels()
  return (
    <Page
      title={branch ? `Branch from step ${branch.step}` : 'New training'}
      crumbs={CRUMBS}
      subtitle={
        branch
          ? `A new training that begins with the weights, optimiser and place in the text of “${branch.parent.name}”.`
          : 'Train a sparse autoencoder, transcoder or crosscoder on a model’s activations.'
      }
    >
      <Loaded of={models} rows={2} height="h-48">
        {(ready) =>
          ready.length === 0 ? (
            <Notice
              tone="amber"
              title="A model is missing"
              actions={<LinkButton to={places.models({ add: true })}>Add a model</LinkButton>}
            >
              Training reads a model's activations, so a ready model comes first.
            </Notice>
          ) : (
            <TrainingForm key={branch?.parent.id ?? 'new'} models={ready} {...(branch ? { branch } : {})} />
          )
        }
      </Loaded>
    </Page>
  )
}
