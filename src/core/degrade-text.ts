import type { Capabilities, Text } from '../channel/index.ts'
import { type Limit, splitText } from './split.ts'

/** The part of the capabilities that decides what a message may look like; `narrow` of an adapter goes over it before. */
export type Carries = Pick<Capabilities, 'text' | 'choices' | 'card' | 'form' | 'media' | 'place' | 'contact' | 'template'>

/** A limit in the unit in which this channel counts. */
export const limitOf = (max: number, can: Carries): Limit => ({ max, unit: can.text.unit })

/** Plain texts that the channel carries; none where there is nothing to read. */
export const inPieces = (text: string, can: Carries): readonly Text[] =>
  splitText(text, limitOf(can.text.maxLength, can))
    .filter((piece) => piece.trim() !== '')
    .map((piece) => ({ type: 'text', text: piece }))
