import { z } from 'zod'
import type { CodeColumn } from '../store/columns.ts'
import type { Column } from '../store/table.ts'
import { NULL_LENGTH, type TextColumn } from '../store/text-column.ts'
import type { SectionSource } from './section-source.ts'
import { SnapshotRefused } from './sections.ts'

/** Values checked between two chances to pause. */
const SLICE_VALUES = 262_144

const texts = z.array(z.string())

/**
 * Puts a column's values in place. @param accounts slots of the accounts, which links point into
 *
 * @throws SnapshotRefused where a value points to what is not there
 */
export function* loadColumn(
  source: SectionSource,
  name: string,
  column: Column,
  slots: number,
  accounts: number,
): Generator<undefined, void> {
  switch (column.kind) {
    case 'number':
      column.values = source.doubles(name, slots)
      return
    case 'int':
      column.values = source.ints(name, slots)
      return
    case 'link':
      column.values = source.ints(name, slots)
      yield* within(name, column.values, accounts - 1)
      return
    case 'code':
      yield* loadCodes(source, name, column, slots)
      return
    case 'text':
      yield* loadTexts(source, name, column, slots)
  }
}

function* loadCodes(
  source: SectionSource,
  name: string,
  column: CodeColumn,
  slots: number,
): Generator<undefined, void> {
  const dictionary = source.json(`${name}.texts`, texts)
  // As the column itself does, which widens its codes at the 65,536th text.
  const values = dictionary.length < 0x10000 ? source.halves(name, slots) : source.words(name, slots)
  yield* within(name, values, dictionary.length)
  if (!column.adopt(dictionary, values)) throw new SnapshotRefused(`a text of ${name} stands twice`)
}

function* loadTexts(
  source: SectionSource,
  name: string,
  column: TextColumn,
  slots: number,
): Generator<undefined, void> {
  const bytes = source.bytes(`${name}.bytes`)
  const starts = source.words(`${name}.starts`, slots)
  const lengths = source.halves(`${name}.lengths`, slots)
  for (let i = 0; i < slots; i++) {
    const length = lengths[i] as number
    // Where an empty text begins says nothing.
    if (length !== NULL_LENGTH && length > 0 && (starts[i] as number) + length > bytes.length)
      throw new SnapshotRefused(`${name} points past its texts`)
    if (i % SLICE_VALUES === SLICE_VALUES - 1) yield
  }
  column.adopt(bytes, starts, lengths)
}

function* within(name: string, values: ArrayLike<number>, highest: number): Generator<undefined, void> {
  for (let i = 0; i < values.length; i++) {
    if ((values[i] as number) > highest) throw new SnapshotRefused(`${name} points past its end`)
    if (i % SLICE_VALUES === SLICE_VALUES - 1) yield
  }
}
