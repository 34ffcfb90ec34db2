/** Server-sent events out of a stream of bytes (HTML Living Standard, 9.2.6). */

export interface StreamEvent {
  readonly event: string
  readonly data: string
  /** The last one that was sent, if any was. */
  readonly id: string | null
}

/** No event of the feed is longer; a stream that never ends a line is none. */
const LONGEST = 64 * 1024

/** Takes in the stream as it comes, cut anywhere. @throws when what comes is no stream of events */
export function createEventReader(take: (event: StreamEvent) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder()
  let waiting = ''
  let event = ''
  let data: string[] = []
  let id: string | null = null

  function line(text: string): void {
    if (text === '') {
      if (data.length > 0) take({ event: event === '' ? 'message' : event, data: data.join('\n'), id })
      event = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon === -1 ? text : text.slice(0, colon)
    const value = colon === -1 ? '' : text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === 'id') id = value
  }

  return (chunk) => {
    const lines = (waiting + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/)
    waiting = lines.pop() ?? ''
    if (waiting.length > LONGEST) throw new Error('the revocation feed sent a line without an end')
    for (const text of lines) line(text)
  }
}
