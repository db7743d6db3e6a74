/**
 * All decimals of a double, as HubSpot sends some computed numbers: 0.4 becomes
 * `0.40000000000000002220446049250313080847263336181640625`. For finite numbers from 1e-6 to 1e15.
 */
export function exactDecimal(value: number): string {
  let [numerator, halvings] = [value, 0]
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    halvings += 1
  }
  if (halvings === 0) {
    return String(numerator)
  }
  const digits = (BigInt(numerator) * 5n ** BigInt(halvings)).toString().padStart(halvings + 1, '0')
  return `${digits.slice(0, -halvings)}.${digits.slice(-halvings)}`
}
