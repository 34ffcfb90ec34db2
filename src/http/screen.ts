/**
 * What the pages of the account and the console are made of: a screen is blocks, a block is data, and one template shows
 * them all. What people read is a message's key with its values; a bare string is somebody's own word, shown as it is.
 */
import type { MessageKey } from './messages.ts'

export interface Said {
  say: MessageKey
  with: Record<string, string | number | Date>
}
export type Text = string | Said

export type Tone = 'neutral' | 'good' | 'caution' | 'danger'

export type Unit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'

/** What a cell, or a fact, says. */
export type Value =
  | { kind: 'text'; text: Text }
  | { kind: 'soft'; text: Text }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: Text; href: string }
  | { kind: 'day' | 'moment'; at: Date }
  /** `count` units from now; negative: ago. `ticking`: its `seconds` are counted down while the page is open. */
  | { kind: 'relative'; at: Date; unit: Unit; count: number; seconds: number; ticking: boolean }
  | { kind: 'badges'; badges: { text: Text; tone: Tone }[] }
  | { kind: 'number'; number: number }
  | { kind: 'image'; href: string; alt: Text }
  | { kind: 'lines'; lines: Value[] }
  | { kind: 'rights'; rights: Right[] }
  | { kind: 'none' }

/** What somebody or something may do, or may not. */
export interface Right {
  text: Text
  allowed: boolean
  badges: { text: Text; tone: Tone }[]
}

export interface Action {
  text: Text
  href: string
  kind: 'primary' | 'plain' | 'danger' | 'quiet'
  symbol: string | null
  /** A form of its own, for what needs no page between: the address is posted to. */
  post: boolean
}

/** A form's fault: `field` null concerns all of it. */
export interface Fault {
  field: string | null
  text: Text
}

interface FieldBase {
  name: string
  label: Text
  hint: Text | null
  required: boolean
}

export interface Choice {
  value: string
  label: Text
  hint: Text | null
  badges: { text: Text; tone: Tone }[]
  checked: boolean
  disabled: boolean
}

export interface ChoiceGroup {
  /** A `folded` one is opened by its title. */
  title: Text | null
  folded: boolean
  choices: Choice[]
}

export type Field =
  | (FieldBase & {
      kind: 'input'
      type: 'text' | 'email' | 'url' | 'number' | 'password' | 'date' | 'search' | 'color'
      value: string
      autocomplete: string
      suffix: Text | null
    })
  | (FieldBase & { kind: 'area'; value: string; rows: number; mono: boolean })
  | (FieldBase & { kind: 'select'; value: string; options: { value: string; label: Text }[] })
  /** One of several, or (`many`) any of them, in groups; posted once for each that is chosen. */
  | (FieldBase & { kind: 'choices'; many: boolean; groups: ChoiceGroup[] })
  | (FieldBase & { kind: 'tick'; checked: boolean })
  /** Sends its form as multipart. */
  | (FieldBase & { kind: 'file'; accept: string })
  /** Fields that belong together, one of several such groups; its buttons send the form, with what is to be done. */
  | { kind: 'group'; name: string; legend: Text; fields: Field[]; buttons: FormButton[] }
  | { kind: 'buttons'; name: string; buttons: FormButton[] }
  | { kind: 'hidden'; name: string; value: string }

/** Sends the form as it is, complete or not, to be shown again otherwise: `_do` says how. */
export interface FormButton {
  text: Text
  value: string
  symbol: string | null
}

export interface Row {
  /** Where the row's first cell leads. */
  href: string | null
  cells: Value[]
  actions: Action[]
}
export interface Empty {
  symbol: string
  title: Text
  text: Text
  action: Action | null
}
export interface Series {
  label: Text
  tone: Tone
  points: number[]
}

export type Block =
  | { block: 'notice'; tone: Tone; title: Text | null; text: Text; action: Action | null }
  | { block: 'text'; text: Text }
  | { block: 'facts'; facts: { label: Text; value: Value }[] }
  | { block: 'stats'; stats: { label: Text; value: Value; note: Text | null; tone: Tone; href: string | null }[] }
  /** How much of something is used. `limit` null: there is none, and nothing is measured. */
  | {
      block: 'meters'
      meters: { label: Text; href: string | null; used: number; limit: number | null; text: Text; note: Text | null }[]
    }
  | {
      block: 'table'
      /** Read out, and shown to nobody else. */
      caption: Text
      /** `aside` columns are left out where there is no room. */
      columns: { label: Text; end: boolean; aside: boolean }[]
      rows: Row[]
      empty: Empty
      more: string | null
    }
  /** Of a list: what it is narrowed by, in the address. */
  | { block: 'filter'; action: string; fields: Field[]; resetHref: string | null }
  | {
      block: 'form'
      action: string
      fields: Field[]
      faults: Fault[]
      submit: Text
      kind: 'primary' | 'plain' | 'danger'
      cancelHref: string | null
    }
  /** What is shown in this answer and never again. */
  | { block: 'secret'; label: Text; value: string; text: Text; examples: { label: Text; code: string }[] }
  | { block: 'code'; label: Text; code: string }
  | { block: 'chart'; title: Text; kind: 'bar' | 'line'; labels: Date[]; series: Series[]; limit: number | null }
  | {
      block: 'steps'
      /** Of their headings: 3 within a section. */
      level: 2 | 3
      steps: { title: Text; text: Text; done: boolean; blocks: Block[]; action: Action | null }[]
    }
  | {
      block: 'section'
      id: string
      title: Text
      badges: { text: Text; tone: Tone }[]
      text: Text | null
      actions: Action[]
      tone: Tone
      blocks: Block[]
    }
  | { block: 'actions'; actions: Action[] }
  /** What a small module asks for again and again, until it says that it has changed. */
  | { block: 'waiting'; text: Text; href: string; seconds: number }

export interface NavigationGroup {
  title: Text | null
  links: { text: Text; href: string; symbol: string; current: boolean }[]
}

/** A page of the account or the console. */
export interface Screen {
  title: Text
  lead: Text | null
  /** From the outside in, without the page itself. */
  crumbs: { text: Text; href: string }[]
  badges: { text: Text; tone: Tone }[]
  actions: Action[]
  /** Views of the same thing. */
  tabs: { text: Text; href: string; current: boolean }[]
  /** Narrow pages hold a form or a question, and nothing beside it. */
  narrow: boolean
  blocks: Block[]
}

/** What stands around a screen. */
export interface Frame {
  area: 'account' | 'console'
  navigation: NavigationGroup[]
  /** The other areas that this person may enter. */
  areas: { text: Text; href: string; current: boolean }[]
  search: { action: string; value: string } | null
}
