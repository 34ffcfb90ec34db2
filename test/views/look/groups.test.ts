/** No page is forgotten: every group of samples is looked at, and every sample is in a group. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages, sampleGroups, type SamplePages } from '../samples.ts'

test('every group of samples has its file here', () => {
  const files = readdirSync(new URL('.', import.meta.url)).flatMap((file) => /^(.*)\.test\.ts$/.exec(file)?.[1] ?? [])
  expect(files.toSorted()).toEqual([...Object.keys(sampleGroups), 'groups'].toSorted())
})

test('every sample is in a group', () => {
  const grouped = Object.values<SamplePages>(sampleGroups).flatMap((group) =>
    Object.values(group).flatMap((samples) => Object.values(samples)),
  )
  expect(
    Object.values<SamplePages[string]>(pages)
      .flatMap((samples) => Object.values(samples))
      .filter((sample) => !grouped.includes(sample)),
  ).toEqual([])
})
