/** The data that passes between the tasks of this example. */

export interface Day {
  /** `2014-01-31` */
  date: string;
  /** mm */
  rain: number;
  /** Degrees Celsius. */
  max: number;
  min: number;
}

export interface Month {
  /** `2014-01` */
  name: string;
  days: Day[];
}

export interface Row {
  month: string;
  mean: number;
  max: number;
  min: number;
  /** mm in the whole month */
  rain: number;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
