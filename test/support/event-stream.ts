/** A reader of server-sent events, who remembers all that it was told. */

export interface StreamEvent {
  event: string
  id: string
  // oxlint-disable-next-line typescript/no-explicit-any
  data: any
}

export interface EventStream {
  status: number
  headers: Headers
  events: StreamEvent[]
  /** True once the server has ended it. */
  readonly ended: boolean
  close(): void
}

export async function openEventStream(
  url: string,
  { key, lastEventId }: { key?: string; lastEventId?: string } = {},
): Promise<EventStream> {
  const leaving = new AbortController()
  const response = await fetch(url, {
    signal: leaving.signal,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  const events: StreamEvent[] = []
  let ended = false
  const read = async () => {
    let waiting = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (waiting + chunk).split('\n\n')
      waiting = blocks.pop() ?? ''
      events.push(...blocks.map(eventOf))
    }
  }
  const reading = read()
    .catch(() => undefined)
    .finally(() => (ended = true))
  return {
    status: response.status,
    headers: response.headers,
    events,
    get ended() {
      return ended
    },
    close() {
      leaving.abort()
      void reading
    },
  }
}

function eventOf(block: string): StreamEvent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  )
  return { event: fields['event'] ?? '', id: fields['id'] ?? '', data: JSON.parse(fields['data'] ?? 'null') as unknown }
}
