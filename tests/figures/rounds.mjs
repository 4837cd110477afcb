// Times things against each other: round by round, so that what disturbs the
// machine disturbs all of them, and by the median of the rounds.

export const median = (numbers) => {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
};

/** The median time of each of some asynchronous functions, in microseconds a call. */
export const compare = async (contestants, { rounds, milliseconds }) => {
  const names = Object.keys(contestants);
  const batch = async (run, calls) => {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) await run();
    return performance.now() - start;
  };
  // As many calls as fill a round: browsers' clocks are too coarse for one.
  const calls = {};
  for (const name of names) {
    calls[name] = 8;
    while ((await batch(contestants[name], calls[name])) < milliseconds / 2) calls[name] *= 2;
  }
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      times[name].push(((await batch(contestants[name], calls[name])) * 1000) / calls[name]);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name])]));
};

/** How much time each effort takes. */
export const effort = (short) => (short ? { rounds: 3, milliseconds: 5 } : { rounds: 15, milliseconds: 40 });
