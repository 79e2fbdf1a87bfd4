// The one place of live state. What a room needs:
//
//   api                       the typed REST client; `data/` asks it for all rooms
//   queryClient, keyOf, renew the query cache, the names of its entries and what makes them stale; rooms use `data/`
//   useSubject(type, id)      joins the subject's channel while mounted (= useChannel(subjectChannel(type, id)))
//   pollWhile(holdsActiveJob) `refetchInterval` of a query that embeds jobs: asks again when nothing renewed it for 5 s
//   useJobEvents(jobId, channel, { after, onEvents, active })
//                             every event of the job after `after`, in order, once, gaps closed through REST. Change of jobId
//                             or channel starts anew. Values of runs are no events: `useRunSeries` in `data` follows them
//   useJobAction()            mutation `{ id, action }`; shows refusals as toasts
//   applyJob(job)             renews caches with a job row that an answer contained
//   useLiveStatus             store: `status` live | catching-up | offline, `lastContact` (ms) for ErrorState's `since`
//   useSystemSamples(fn)      machine samples
//
// A `job` message renews the job in every cached list and the `job` embedded in its subject; a change of the job's state re-reads the
// lists that the subject `renews` (contracts) and all below them, so `status`, `summary`, `saeId` … follow by themselves.
export * from './client.js'
export * from './contact.js'
export * from './events.js'
export * from './hooks.js'
export { type Key, keyOf, listOfRoute, pageKey, pathKey } from './keys.js'
export { renew } from './renew.js'
export { applyJob, closeSocket, joinChannel, onJobEvents, onReconnect, onRunValues, openSocket } from './socket.js'
export { askServer, watchServer } from './watch.js'
