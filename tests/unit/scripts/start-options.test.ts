import path from 'node:path'
import { expect, test } from 'vitest'
import { startOptions } from '../../../scripts/start-options.ts'

const root = path.resolve('somewhere')

test('the defaults are the demo as its manager', () => {
  expect(startOptions([], root)).toMatchObject({
    headless: false,
    as: 'manager',
    accounts: 50_000,
    companies: undefined,
    data: path.join(root, '.outpost/demo'),
  })
})

test('what is wrong is said, with what there is', () => {
  expect(() => startOptions(['--nope'], root)).toThrow(/--nope[\s\S]*--headless/)
  expect(() => startOptions(['--accounts', 'many'], root)).toThrow(/whole number/)
})

test('paths are taken from where the command runs', () => {
  expect(startOptions(['--companies', 'a.csv', '--data', 'd'], root)).toMatchObject({
    companies: path.resolve('a.csv'),
    data: path.resolve('d'),
  })
})
