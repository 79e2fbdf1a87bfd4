// Names of job kinds and of what jobs work on, for schemas; `derived.ts` fills them from the rooms.
import { lateEnum } from '../definition/index.js'
import type { JobKind, SubjectType } from '../derived.js'

export const jobKinds = lateEnum<JobKind>('Kinds of jobs')
export const subjectTypes = lateEnum<SubjectType>('Types of subjects')
