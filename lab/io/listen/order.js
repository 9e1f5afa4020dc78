// Which sentence a listener hears through which condition, and when. Both follow from the listener's number alone.
const order = {
  // A generator of 0 <= x < 1: a counter, mixed by the last step of MurmurHash3 (A. Appleby), so that neighbouring
  // numbers have nothing in common.
  random(seed) {
    let count = 0;
    return function () {
      let x = (Math.imul(seed, 0x9e3779b9) + Math.imul(++count, 0x85ebca6b)) >>> 0;
      x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
      x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
      return ((x ^ (x >>> 16)) >>> 0) / 4294967296;
    };
  },

  // A Latin square: every listener hears equally many sentences through each condition, and of so many listeners in a
  // row as there are conditions, each sentence is heard through each of them once. `sentences` is a multiple of
  // `conditions`. The order is a shuffle (Durstenfeld, Algorithm 235, CACM 7, 1964).
  of(listener, sentences, conditions) {
    const trials = [];
    for (let s = 0; s < sentences; s++)
      trials.push({ sentence: s, condition: (s + Math.floor(s / conditions) + listener) % conditions });
    const random = order.random(listener);
    for (let left = trials.length; left > 1; left--) {
      const other = Math.floor(random() * left);
      [trials[other], trials[left - 1]] = [trials[left - 1], trials[other]];
    }
    return trials;
  },
};
