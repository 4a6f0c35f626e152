/** Round values for an axis from zero to at least the greatest: steps of 1, 2 or 5 times a power of ten, at most six of them. */
export function axisTicks(greatest: number): number[] {
  if (!(greatest > 0)) return [0, 1];
  const rough = greatest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough - Number.EPSILON) ??
    power * 10;
  return Array.from({ length: Math.ceil(greatest / step - 1e-9) + 1 }, (_, index) =>
    Number((index * step).toPrecision(12)),
  );
}
