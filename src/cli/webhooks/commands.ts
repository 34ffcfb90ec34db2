/** `keygrant webhooks listen` and `webhooks trigger`: for whoever writes a receiver on their own machine. */
import { Argument, Option, type Command } from 'commander'
import { newId } from '../../platform/ids.ts'
import { sampleOf, sampleTypes } from '../../webhooks/samples.ts'
import { openApi } from '../api/open.ts'
import { exitCodes } from '../exit-codes.ts'
import { usageFailure } from '../failure.ts'
import { printable } from '../output.ts'
import type { CommandIo, Session } from '../session.ts'
import { followEvents } from './follow-events.ts'
import { localReceiver } from './local-receiver.ts'

interface Forwarding {
  forwardTo: string
  secret?: string
}

interface Listening extends Forwarding {
  organization?: string
  type?: string[]
  count?: number
  json?: boolean
}

const listenHelp = `
Events come as they happen, signed with the secret that is printed: give it to the receiver in place of a webhook's.
Nothing is registered at the server, and nothing is sent again. It needs a key with events:read, and ends with Ctrl-C.`

export function addWebhookCommands(webhooks: Command, { run }: Session): void {
  const forwardTo = () =>
    new Option('--forward-to <url>', 'where they are posted to: http://localhost:8080/hook').makeOptionMandatory()
  const secret = () => new Option('--secret <secret>', 'what they are signed with (whsec_…); a new one unless said')
  webhooks
    .command('listen')
    .description('post the events of an organization to a URL of your own machine as they happen')
    .addOption(forwardTo())
    .addOption(secret())
    .option('--organization <value>', 'those of this organization; all that the key may see unless said')
    .addOption(new Option('--type <value>', 'of this type (repeatable)').argParser(listed))
    .addOption(new Option('--count <number>', 'end after so many').argParser(countOf))
    .option('--json', 'print a line of JSON for each')
    .addHelpText('after', listenHelp)
    .action(run(listen))
  webhooks
    .command('trigger')
    .description('post an event of a type, made up, to a URL of your own machine')
    .addArgument(new Argument('<type>').choices(sampleTypes))
    .addOption(forwardTo())
    .addOption(secret())
    .option('--json', 'print JSON')
    .action(run(trigger))
}

async function listen(io: CommandIo, options: Listening): Promise<number> {
  const { organization: organizationId, type: types = [], count = Infinity } = options
  const receiver = localReceiver(options.forwardTo, options.secret)
  await using api = await openApi(io)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop)
  try {
    io.output.note(`Events go to ${printable(options.forwardTo)}, signed with ${receiver.secret}`)
    let left = count
    const following = { organizationId, types, from: new Date(), signal: stopping.signal }
    for await (const { id, type, timestamp, data } of followEvents(api, following)) {
      const status = await receiver.post({ id, type, at: new Date(timestamp), data }).catch(told(io))
      const line = options.json
        ? JSON.stringify({ id, type, timestamp, status })
        : printable(`${timestamp}  ${type}  ${id}  ${status ?? 'no answer'}`)
      io.stdout.write(`${line}\n`)
      if (--left <= 0) break
    }
  } finally {
    process.off('SIGINT', stop)
  }
  return exitCodes.ok
}

/** One that isn't there yet may be there for the next. */
const told =
  ({ output }: CommandIo) =>
  (error: Error): null => {
    output.note(error.message)
    return null
  }

async function trigger({ output }: CommandIo, type: string, options: Forwarding): Promise<number> {
  const data = sampleOf(type)
  const receiver = localReceiver(options.forwardTo, options.secret)
  const id = newId('evt')
  const status = await receiver.post({ id, type, at: new Date(), data })
  const { secret } = receiver
  const signed = options.secret === undefined ? `, signed with ${secret}` : ''
  output.result({ id, type, status, secret }, `${type} was sent${signed}, and answered with ${status}.`)
  return status >= 200 && status < 300 ? exitCodes.ok : exitCodes.fault
}

const listed = (text: string, before: string[] | undefined): string[] => [...(before ?? []), ...text.split(',')]

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw usageFailure('--count is a number above 0.')
}
