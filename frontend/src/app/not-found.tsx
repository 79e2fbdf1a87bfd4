// Unknown addresses, and pages that failed while drawing.
import Compass from 'lucide-react/icons/compass'
import { useRouteError } from 'react-router'
import { places } from '../places/index.js'
import { Button, EmptyState, ErrorState, LinkButton, Page } from '../ui/index.js'

export function NotFound() {
  return (
    <Page title="Nothing here">
      <EmptyState icon={Compass} action={<LinkButton to={places.home()}>Go to Home</LinkButton>}>
        No page has this address. The thing it named may have been deleted.
      </EmptyState>
    </Page>
  )
}

/** A new build replaces the files of the old one: a page not loaded before is then missing until the app is loaded again. */
const isMissingChunk = (error: unknown) =>
  error instanceof TypeError && /dynamically imported module|module script/i.test(error.message)

export function RouteFailure() {
  const error = useRouteError()
  if (isMissingChunk(error))
    return (
      <Page title="A new version is here">
        <EmptyState
          icon={Compass}
          action={
            <Button kind="primary" onClick={() => window.location.reload()}>
              Load it
            </Button>
          }
        >
          miStudio was updated, or the server cannot be reached. Load the page again.
        </EmptyState>
      </Page>
    )
  return (
    <Page title="This page failed">
      <ErrorState error={error} onRetry={() => window.location.reload()} />
    </Page>
  )
}
