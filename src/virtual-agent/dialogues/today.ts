import { dayIn } from '../understand/days.ts'
import type { World } from './dialogue.ts'

/** The day that it is on the desk's clock. */
export const todayOf = ({ house, now }: Pick<World, 'house' | 'now'>): string => dayIn(house.hours.timezone ?? 'UTC', now)
