// Steering: the bench, and the bench with an experiment on it; what a model's page shows of writing texts.
import type { RouteObject } from 'react-router'
import { SteeringPage } from './view/steering-page.js'

export const routes: RouteObject[] = [
  { path: '/steering', element: <SteeringPage /> },
  { path: '/steering/:id', element: <SteeringPage /> },
]

export { type PromptDraft, promptOf, startPrompt, whyNotPrompt } from './prompt.js'
export { PromptFields } from './view/prompt-fields.js'
export { WrittenTokens } from './view/written-tokens.js'
