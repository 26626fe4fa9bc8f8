import { choicesOf } from '../../core/model/codes.ts'
import type { EntityName } from '../../core/model/entities.ts'
import type { Member } from '../../core/protocol/window-api.ts'
import { Avatar } from '../ui/avatar.tsx'
import { CodeDot, Priority } from '../ui/code.tsx'
import type { Option } from '../ui/option-list.tsx'
import { toneOf } from './tones.ts'

/** A coded value as it looks everywhere. */
export const CodeValue = ({ column, code, label }: { column: string; code: string; label: string }) =>
  column === 'priority' ? (
    <Priority code={code} label={label} />
  ) : column === 'type' ? (
    <span className="truncate">{label}</span>
  ) : (
    <CodeDot tone={toneOf(code)} label={label} />
  )

/** The options of a coded field; for an account's status, those of its type. An unknown present value comes first. */
export const codeOptions = (
  entity: EntityName,
  column: string,
  present: string | null,
  accountType?: string | null,
): readonly Option[] => {
  const choices = choicesOf(entity, column, accountType)
  const known = present === null || present === '' || choices.some((choice) => choice.code === present)
  return [...(known || present === null ? [] : [{ code: present, label: present }]), ...choices].map(
    ({ code, label }) => ({ value: code, label, content: <CodeValue column={column} code={code} label={label} /> }),
  )
}

/** A member as they look everywhere. */
export const MemberValue = ({ id, name, me = false }: { id: string; name: string; me?: boolean }) => (
  <span className="code">
    <Avatar name={name} seed={id} />
    <span className="truncate">
      {name}
      {me && <span className="muted"> (me)</span>}
    </span>
  </span>
)

/** The members as options, me first; '' = nobody. */
export const memberOptions = (members: readonly Member[], me: string, nobody: string | null): readonly Option[] => [
  ...(nobody === null ? [] : [{ value: '', label: nobody, content: <span className="muted">{nobody}</span> }]),
  ...[...members]
    .sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name))
    .map((member) => ({
      value: member.id,
      label: member.name,
      content: <MemberValue id={member.id} name={member.name} me={member.id === me} />,
    })),
]
