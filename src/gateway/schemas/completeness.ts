import Type, { type Static } from 'typebox'
import { ChannelSchema, InstrumentIdSchema, MicrosSchema, nullable, VenueIdSchema } from './common.ts'

const CompletenessStateSchema = Type.Enum(['complete', 'missing', 'unknown'], {
  description:
    '`complete`: everything that the venue said is there, which may be nothing. `missing`: something is, or has to be assumed, missing. `unknown`: nobody watched',
})

export const CompletenessSchema = Type.Object(
  {
    venue: VenueIdSchema,
    instrument: InstrumentIdSchema,
    channel: ChannelSchema,
    from: MicrosSchema,
    to: Type.Integer({ description: 'End of the range, not included; the present if a later one was asked' }),
    state: CompletenessStateSchema,
    completeShare: Type.Number({ description: 'Part of the range that is complete, from 0 to 1' }),
    missing: nullable(Type.Integer(), 'Messages known to be missing in its gaps; null where a gap does not know'),
    segments: Type.Array(
      Type.Object({
        from: MicrosSchema,
        to: MicrosSchema,
        state: CompletenessStateSchema,
        gaps: Type.Array(Type.String(), { description: 'Ids of the gaps by which it is missing: see `/gaps`' }),
      }),
      { description: 'The range in parts of one state each, oldest first' },
    ),
  },
  { title: 'Completeness' },
)

export type Completeness = Static<typeof CompletenessSchema>
