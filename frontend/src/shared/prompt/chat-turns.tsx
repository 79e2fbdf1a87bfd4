// The turns of a conversation: who says what, in order.
import type { ChatRole } from '@mistudio/contracts'
import Plus from 'lucide-react/icons/plus'
import Trash2 from 'lucide-react/icons/trash-2'
import { Button, IconButton, Select, Textarea } from '../../ui/index.js'
import { addTurn, changeTurn, MAX_TURNS, type PromptDraft, ROLES, removeTurn } from './prompt.js'

const OPTIONS = (Object.keys(ROLES) as ChatRole[]).map((value) => ({ value, label: ROLES[value] }))

export function ChatTurns({ prompt, onPrompt }: { prompt: PromptDraft; onPrompt(prompt: PromptDraft): void }) {
  return (
    <fieldset className="space-y-3">
      <legend className="sr-only">Turns of the conversation</legend>
      {prompt.turns.map(({ key, role, content }, index) => (
        <div key={key} className="space-y-1.5 rounded-lg border border-line p-2.5">
          <div className="flex items-center gap-2">
            <Select<ChatRole>
              aria-label={`Role of turn ${index + 1}`}
              className="w-36"
              value={role}
              onChange={(next) => onPrompt(changeTurn(prompt, key, { role: next }))}
              options={OPTIONS}
            />
            <span className="flex-1" />
            {prompt.turns.length > 1 && (
              <IconButton
                icon={Trash2}
                label={`Remove turn ${index + 1}`}
                onClick={() => onPrompt(removeTurn(prompt, key))}
              />
            )}
          </div>
          <Textarea
            aria-label={`Text of turn ${index + 1} (${ROLES[role]})`}
            rows={role === 'system' ? 2 : 3}
            maxLength={8000}
            value={content}
            onChange={(event) => onPrompt(changeTurn(prompt, key, { content: event.target.value }))}
          />
        </div>
      ))}
      {prompt.turns.length < MAX_TURNS && (
        <Button size="sm" icon={Plus} onClick={() => onPrompt(addTurn(prompt))}>
          Add turn
        </Button>
      )}
    </fieldset>
  )
}
