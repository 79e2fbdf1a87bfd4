// The one place of live state. What a room needs:
//
//   api                       the typed REST client (`api.listModels()`, `api.getModel({ params: { id } })`); failures are AppError
//   queryClient, keys         the query cache and the names of its entries. Lists live under `keys.models`, one under `keys.model(id)`;
//                             whatever starts with the room's name is renewed by live messages, so use these keys and nothing else
//   useSubject(type, id)      joins the subject's channel while mounted (= useChannel(subjectChannel(type, id)))
//   pollWhile(hasActiveJob)   `refetchInterval` of a query that embeds jobs: asks again when nothing renewed it for 5 s
//   useJobEvents(jobId, channel, { after, onEvents, active })
//                             every event of the job after `after`, in order, once, gaps closed through REST. For charts: take a
//                             snapshot (GET metrics, it says `seq`), then `after: seq`. Change of jobId or channel starts anew
//   useJobAction()            mutation `{ id, action }`; shows refusals as toasts
//   applyJob(job)             renews caches with a job row that an answer contained
//   useLiveStatus             store: `status` live | catching-up | offline, `lastContact` (ms) for ErrorState's `since`
//   useSystemSamples(fn)      machine samples
//
// A `job` message renews the job in every cached list and the `job` embedded in its subject; a change of the job's state re-reads the
// subject's room (and the rooms of `roomsOfSubject`), so `status`, `summary`, `saeId` … follow by themselves.
export * from './client.js'
export * from './contact.js'
export * from './events.js'
export * from './hooks.js'
export * from './keys.js'
export { applyJob, closeSocket, openSocket } from './socket.js'
export { askServer, watchServer } from './watch.js'
