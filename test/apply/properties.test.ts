import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPerson } from '../support/server.ts'
import { anyDocument, people, sectionNames, type SectionName } from './any-document.ts'
import { openApplyBench, type ApplyBench } from './bench.ts'

let bench: ApplyBench
beforeAll(async () => {
  bench = await openApplyBench()
  for (const email of people) await addPerson(bench, { email })
})
afterAll(() => bench[Symbol.asyncDispose]())

const prune = { prune: true }

async function state() {
  const { document } = await bench.export()
  return { document, rows: await bench.rows() }
}

/** Mostly all of them: what is absent is left alone. */
const someSections: fc.Arbitrary<SectionName[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<SectionName[]>([...sectionNames]) },
  { weight: 1, arbitrary: fc.subarray<SectionName>([...sectionNames]) },
)
const twoDocuments = someSections.chain((sections) => fc.tuple(anyDocument(sections), anyDocument(sections)))

test('any two documents, applied one after the other with prune, equal the second applied to nothing', async () => {
  await fc.assert(
    fc.asyncProperty(twoDocuments, async ([first, second]) => {
      await bench.clear()
      await bench.apply(second, prune)
      const alone = await state()

      await bench.clear()
      await bench.apply(first, prune)
      const planned = await bench.apply(second, { prune: true, dryRun: true })
      expect(withoutIds(await bench.apply(second, prune))).toEqual(withoutIds(planned))
      expect(await state()).toEqual(alone)
      expect((await bench.apply(second, prune)).changes).toEqual([])
    }),
    { numRuns: 12 },
  )
}, 120_000)

/** A dry run's are nobody's. */
const withoutIds = (plan: unknown): unknown =>
  JSON.parse(
    JSON.stringify(plan).replaceAll(/"about":(?:null|"(?:cli|whk)_[^"]*")|rotate-secret \w+/g, (found) =>
      found.startsWith('"') ? '"about":null' : '',
    ),
  ) as unknown

test('what is exported changes nothing where it comes from, and makes the same elsewhere', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocument(sectionNames), async (said) => {
      await bench.clear()
      await bench.apply(said, prune)
      const { document } = await bench.export()
      expect((await bench.apply(document, prune)).changes).toEqual([])

      await bench.clear()
      await bench.apply(document, prune)
      expect((await bench.export()).document).toEqual(document)
    }),
    { numRuns: 6 },
  )
}, 120_000)
