// The parts of which rooms are made: a list, a page, a card, the question before deleting. They know nothing of models or trainings.

export { About } from './about.js'
export { type Column, DataTable } from './data-table.js'
export { DeleteDialog } from './delete-dialog.js'
export { DescribeDialog } from './describe-dialog.js'
export { byName, byTag, newestFirst, oldestFirst, workFirst } from './list-state.js'
export { Loaded, ResourcePage } from './loaded.js'
export { ResourceCard } from './resource-card.js'
export { ResourceList, ResourceRows, type RulesOf } from './resource-list.js'
export { pageOf, ROOM_GROUPS, type RoomFace, type RoomLine } from './room-face.js'
