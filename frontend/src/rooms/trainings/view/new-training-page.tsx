// The page of a new training: from nothing, from the settings in the address, or as a branch of a checkpoint.
import type { Training } from '@mistudio/contracts'
import { useLiveStatus } from '../../../live/index.js'
import { places } from '../../../places/index.js'
import { ErrorState, LinkButton, Notice, Page, SkeletonList, usePlace } from '../../../ui/index.js'
import { useReadyModels, useTraining } from '../api.js'
import { TrainingForm } from './training-form.js'

export function NewTrainingPage() {
  const [{ branch, step = 0 }] = usePlace(places.newTraining)
  return branch && step > 0 ? <BranchPage id={branch} step={step} /> : <FormPage />
}

function BranchPage({ id, step }: { id: string; step: number }) {
  const parent = useTraining(id)
  if (parent.data) return <FormPage branch={{ parent: parent.data, step }} />
  return (
    <Page title="Branch" crumbs={[{ label: 'Training', to: places.trainings() }]}>
      {parent.error ? (
        <ErrorState error={parent.error} onRetry={() => void parent.refetch()} />
      ) : (
        <SkeletonList rows={2} className="h-48" />
      )}
    </Page>
  )
}

function FormPage({ branch }: { branch?: { parent: Training; step: number } }) {
  const models = useReadyModels()
  const since = useLiveStatus((state) => state.lastContact)
  return (
    <Page
      title={branch ? `Branch from step ${branch.step}` : 'New training'}
      crumbs={[{ label: 'Training', to: places.trainings() }]}
      subtitle={
        branch
          ? `A new training that begins with the weights, optimiser and place in the text of “${branch.parent.name}”.`
          : 'Train a sparse autoencoder, transcoder or crosscoder on a model’s activations.'
      }
    >
      {models.error && !models.data ? (
        <ErrorState error={models.error} since={since} onRetry={() => void models.refetch()} />
      ) : models.data ? (
        models.data.length === 0 ? (
          <Notice
            tone="amber"
            title="A model is missing"
            actions={<LinkButton to={places.models({ add: true })}>Add a model</LinkButton>}
          >
            Training reads a model's activations, so a ready model comes first.
          </Notice>
        ) : (
          <TrainingForm key={branch?.parent.id ?? 'new'} models={models.data} {...(branch ? { branch } : {})} />
        )
      ) : (
        <SkeletonList rows={2} className="h-48" />
      )}
    </Page>
  )
}
