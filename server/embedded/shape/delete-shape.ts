import { type Answer, jsonAnswer } from './answer.ts'
import { readSpec } from './request.ts'
import { invalid } from './request-error.ts'
import type { ShapeEngine } from './shape-engine.ts'

const NO_CACHE = { 'cache-control': 'no-cache' }
const MISMATCH =
  'The specified shape definition and handle do not match. Please ensure the shape definition is correct or omit the shape handle from the request to obtain a new one.'

/** `DELETE /v1/shape`: ends the shape of a handle, a definition, or both if they agree. */
export function deleteShape(engine: ShapeEngine, query: URLSearchParams): Answer {
  const handle = query.get('handle') || null
  const spec = query.get('table') ? readSpec(query) : null
  if (!spec && !handle) {
    const { body } = invalid('handle', "can't be blank when shape definition is missing")
    return jsonAnswer(400, body, NO_CACHE)
  }
  const named = handle ? (spec ? engine.byHandle(handle, spec) : engine.anyByHandle(handle)) : null
  if (spec && handle && !named) return jsonAnswer(400, { message: MISMATCH }, NO_CACHE)
  const shape = named ?? (spec && !handle ? engine.existing(spec) : null)
  if (!shape) return jsonAnswer(404, { message: 'No existing shape found' }, NO_CACHE)
  engine.drop(shape, 'deleted by a client')
  const { headers } = jsonAnswer(202, '', { ...NO_CACHE, 'electric-has-data': 'true' })
  return { status: 202, headers, body: Buffer.alloc(0), sized: true }
}
