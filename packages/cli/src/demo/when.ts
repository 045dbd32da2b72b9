const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Writes a time for people, in UTC and without asking for a locale: `Mon 2 Nov 09:00`. */
export function when(time: number): string {
  return `${day(time)} ${new Date(time).toISOString().slice(11, 16)}`;
}

/** Writes the day of a time: `Mon 2 Nov`. */
export function day(time: number): string {
  const date = new Date(time);
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}
