/** Makes the parts of a screen with what is usual, so that a page says only what is its own. */
import type { MessageKey } from './messages.ts'
import type {
  Said,
  Text,
  Tone,
  Unit,
  Value,
  Action,
  Right,
  Choice,
  ChoiceGroup,
  Field,
  FormButton,
  Row,
  Empty,
  Block,
  Screen,
} from './screen.ts'

export const say = (key: MessageKey, values: Said['with'] = {}): Said => ({ say: key, with: values })

export const text = (said: Text): Value => ({ kind: 'text', text: said })
export const soft = (said: Text): Value => ({ kind: 'soft', text: said })
export const code = (said: string): Value => ({ kind: 'code', text: said })
export const link = (said: Text, href: string): Value => ({ kind: 'link', text: said, href })
export const day = (at: Date | null): Value => (at ? { kind: 'day', at } : none)
export const moment = (at: Date | null): Value => (at ? { kind: 'moment', at } : none)
export const number = (count: number): Value => ({ kind: 'number', number: count })
export const image = (href: string, alt: Text): Value => ({ kind: 'image', href, alt })
export const badge = (said: Text, tone: Tone = 'neutral'): Value => ({ kind: 'badges', badges: [{ text: said, tone }] })
export const badges = (list: { text: Text; tone: Tone }[]): Value =>
  list.length === 0 ? none : { kind: 'badges', badges: list }
export const lines = (...values: Value[]): Value => ({ kind: 'lines', lines: values })
export const rights = (list: Right[]): Value => ({ kind: 'rights', rights: list })
export const none: Value = { kind: 'none' }

const units: readonly [Unit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** "in 3 days", "2 hours ago": in the largest unit of which it is at least two, so that nothing is told too roughly. */
export function relative(at: Date | null, now: Date, { ticking = false } = {}): Value {
  if (!at) return none
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000)
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= 2 * length) ?? ['second', 1]
  return { kind: 'relative', at, unit, count: Math.trunc(seconds / size), seconds, ticking }
}

export const action = (
  said: Text,
  href: string,
  kind: Action['kind'] = 'plain',
  symbol: string | null = null,
): Action => ({
  text: said,
  href,
  kind,
  symbol,
  post: false,
})
export const postAction = (said: Text, href: string, kind: Action['kind'] = 'plain'): Action => ({
  text: said,
  href,
  kind,
  symbol: null,
  post: true,
})

type Given<T> = Partial<T> & { label: Text }

export const input = (name: string, given: Given<Omit<Extract<Field, { kind: 'input' }>, 'kind' | 'name'>>): Field => ({
  kind: 'input',
  name,
  type: 'text',
  value: '',
  autocomplete: 'off',
  suffix: null,
  hint: null,
  required: true,
  ...given,
})
export const area = (name: string, given: Given<Omit<Extract<Field, { kind: 'area' }>, 'kind' | 'name'>>): Field => ({
  kind: 'area',
  name,
  value: '',
  rows: 3,
  mono: false,
  hint: null,
  required: false,
  ...given,
})
export const select = (
  name: string,
  given: Given<Omit<Extract<Field, { kind: 'select' }>, 'kind' | 'name'>>,
): Field => ({ kind: 'select', name, value: '', options: [], hint: null, required: true, ...given })
export const choices = (
  name: string,
  given: Given<Omit<Extract<Field, { kind: 'choices' }>, 'kind' | 'name'>>,
): Field => ({ kind: 'choices', name, many: true, groups: [], hint: null, required: false, ...given })
export const tick = (name: string, given: Given<Omit<Extract<Field, { kind: 'tick' }>, 'kind' | 'name'>>): Field => ({
  kind: 'tick',
  name,
  checked: false,
  hint: null,
  required: false,
  ...given,
})
export const file = (name: string, given: Given<Omit<Extract<Field, { kind: 'file' }>, 'kind' | 'name'>>): Field => ({
  kind: 'file',
  name,
  accept: '',
  hint: null,
  required: false,
  ...given,
})
export const group = (name: string, legend: Text, fields: Field[], buttons: FormButton[] = []): Field => ({
  kind: 'group',
  name,
  legend,
  fields,
  buttons,
})
export const buttons = (name: string, ...list: FormButton[]): Field => ({ kind: 'buttons', name, buttons: list })
export const formButton = (said: Text, value: string, symbol: string | null = null): FormButton => ({
  text: said,
  value,
  symbol,
})
export const hidden = (name: string, value: string): Field => ({ kind: 'hidden', name, value })
export const choiceGroup = (list: Choice[], title: Text | null = null, folded = false): ChoiceGroup => ({
  title,
  folded,
  choices: list,
})
export const choice = (value: string, label: Text, given: Partial<Omit<Choice, 'value' | 'label'>> = {}): Choice => ({
  value,
  label,
  hint: null,
  badges: [],
  checked: false,
  disabled: false,
  ...given,
})

export const row = (cells: Value[], href: string | null = null, actions: Action[] = []): Row => ({
  href,
  cells,
  actions,
})

export const empty = (symbol: string, title: Text, said: Text, first: Action | null = null): Empty => ({
  symbol,
  title,
  text: said,
  action: first,
})

export const notice = (
  said: Text,
  tone: Tone = 'neutral',
  { title = null, action: first = null }: { title?: Text | null; action?: Action | null } = {},
): Block => ({ block: 'notice', tone, title, text: said, action: first })
export const paragraph = (said: Text): Block => ({ block: 'text', text: said })
export const facts = (...list: [Text, Value][]): Block => ({
  block: 'facts',
  facts: list.map(([label, value]) => ({ label, value })),
})
export const stats = (
  list: { label: Text; value: Value; note?: Text | null; tone?: Tone; href?: string | null }[],
): Block => ({ block: 'stats', stats: list.map((stat) => ({ note: null, tone: 'neutral', href: null, ...stat })) })
export const meters = (list: Extract<Block, { block: 'meters' }>['meters']): Block => ({
  block: 'meters',
  meters: list,
})
export const column = (label: Text, { end = false, aside = false } = {}) => ({ label, end, aside })
export const table = (
  given: Omit<Extract<Block, { block: 'table' }>, 'block' | 'more'> & { more?: string | null },
): Block => ({
  block: 'table',
  more: null,
  ...given,
})
export const filter = (to: string, fields: Field[], resetHref: string | null = null): Block => ({
  block: 'filter',
  action: to,
  fields,
  resetHref,
})
export const form = (
  given: Partial<Omit<Extract<Block, { block: 'form' }>, 'block'>> & { action: string; submit: Text },
): Block => ({ block: 'form', fields: [], faults: [], kind: 'primary', cancelHref: null, ...given })
export const secret = (
  label: Text,
  value: string,
  said: Text,
  examples: { label: Text; code: string }[] = [],
): Block => ({ block: 'secret', label, value, text: said, examples })
export const snippet = (label: Text, source: string): Block => ({ block: 'code', label, code: source })
export const chart = (
  given: Omit<Extract<Block, { block: 'chart' }>, 'block' | 'limit'> & { limit?: number | null },
): Block => ({
  block: 'chart',
  limit: null,
  ...given,
})
export const steps = (
  list: { title: Text; text: Text; done: boolean; blocks?: Block[]; action?: Action | null }[],
  level: 2 | 3 = 3,
): Block => ({ block: 'steps', level, steps: list.map((step) => ({ blocks: [], action: null, ...step })) })
export const section = (
  id: string,
  title: Text,
  blocks: Block[],
  {
    badges: told = [],
    text: said = null,
    actions = [],
    tone = 'neutral',
  }: { badges?: { text: Text; tone: Tone }[]; text?: Text | null; actions?: Action[]; tone?: Tone } = {},
): Block => ({ block: 'section', id, title, badges: told, text: said, actions, tone, blocks })
export const actions = (...list: Action[]): Block => ({ block: 'actions', actions: list })
export const waiting = (said: Text, href: string, seconds: number): Block => ({
  block: 'waiting',
  text: said,
  href,
  seconds,
})

export const screen = (given: Partial<Screen> & { title: Text; blocks: Block[] }): Screen => ({
  lead: null,
  crumbs: [],
  badges: [],
  actions: [],
  tabs: [],
  narrow: false,
  ...given,
})
