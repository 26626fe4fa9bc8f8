/**
 * A body on its way through. When its source breaks off, the client must see its connection break too, never an end: what came so far
 * would look complete.
 *
 * @param breakOff cuts the client's connection; without it (no HTTP server around) the error goes into the stream
 */
export const passThrough = (
  body: ReadableStream<Uint8Array>,
  breakOff: (() => void) | null,
): ReadableStream<Uint8Array> => {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          if (!breakOff) return controller.error(error)
          breakOff()
          controller.close()
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
