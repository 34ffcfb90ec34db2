/** Asserts that axe finds nothing wrong with a page as it stands. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, NodeResult, Result } from 'axe-core'
import type { Page } from 'playwright-core'

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const conformance = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Fails with each violation, its element and the way to mend it. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await runAxe(page)
  if (violations.length === 0) return
  throw new Error([`axe found faults in ${page.url()}`, ...violations.map(describeViolation)].join('\n\n'))
}

/**
 * axe runs in an isolated world of the debugger: it sees the page's document, while the page's content security policy
 * stays in force and the page's own scripts see nothing of it.
 */
async function runAxe(page: Page): Promise<AxeResults> {
  const session = await page.context().newCDPSession(page)
  try {
    const { frameTree } = await session.send('Page.getFrameTree')
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    })
    const evaluate = async (expression: string): Promise<unknown> => {
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
        expression,
        contextId,
        awaitPromise: true,
        returnByValue: true,
      })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    }
    // A page without scripting has no timers, and axe waits for one between its steps: in its own world they fire at once.
    await evaluate(`if (matchMedia('(scripting: none)').matches) globalThis.setTimeout = queueMicrotask`)
    await evaluate(axeSource)
    // Nothing is preloaded and no frame is asked: those are the two things for which axe sets a timer as a limit.
    const options = { runOnly: conformance, resultTypes: ['violations'], preload: false, iframes: false }
    return (await evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults
  } finally {
    await session.detach()
  }
}

function describeViolation({ id, impact, help, helpUrl, nodes }: Result): string {
  return [`${id} (${impact ?? 'unrated'}): ${help}`, helpUrl, ...nodes.map(describeNode)].join('\n')
}

function describeNode({ target, html, failureSummary }: NodeResult): string {
  return [`  at ${target.join(' ')}: ${html}`, ...(failureSummary ?? '').split('\n').map((line) => `    ${line}`)].join(
    '\n',
  )
}
