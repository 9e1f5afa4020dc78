// How an answer is scored: the key words that stand in it, in any order, each as often as it was said and typed.
// That is how Autoscore does it (Borrie, Barrett and Yoho, J. Acoust. Soc. Am. 145, 2019), which agrees with human
// scorers in 99 of 100 words. Capitals, accents and punctuation do not count; spelling does. Nobody else scores: the
// CSV carries what is counted here.
const scoring = {
  // "Olá, MUNDO!" -> ["ola", "mundo"]
  words(text) {
    const plain = text.normalize("NFD").replace(/[\p{M}'’]/gu, "").toLowerCase();
    return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  },

  // Of a sentence with an asterisk before each of them.
  keys(marked) {
    return marked.split(" ").filter((word) => word.startsWith("*")).flatMap((word) => scoring.words(word));
  },

  right(marked, typed) {
    const left = scoring.words(typed);
    let right = 0;
    for (const key of scoring.keys(marked)) {
      const at = left.indexOf(key);
      if (at < 0) continue;
      left.splice(at, 1);
      right++;
    }
    return right;
  },
};
