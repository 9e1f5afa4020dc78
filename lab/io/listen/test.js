// The listening test: sound check, sentences, result. All that is known of the listener stays in this browser until
// the CSV is saved; a reload goes on where it was.
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const say = JSON.parse(byId("text").textContent);
  const texts = data.sentences.map(reveal);
  const key = "voz-listen-" + data.id;
  let state = restore();
  let trials = [];
  let playing = null; // the sound

  // The sentences are not to be read by accident in the page's source; there is nothing secret in them.
  function reveal(hidden) {
    const bytes = Uint8Array.from(atob(hidden), (c) => c.charCodeAt(0) ^ 0x5a);
    return new TextDecoder().decode(bytes);
  }

  // ---- what is kept ----

  function restore() {
    try {
      const kept = JSON.parse(localStorage.getItem(key));
      if (kept && kept.number > 0 && Array.isArray(kept.answers)) return kept;
    } catch (e) { /* not allowed here, or damaged: begin */ }
    return null;
  }

  function keep() {
    try {
      if (state) localStorage.setItem(key, JSON.stringify(state));
      else localStorage.removeItem(key);
    } catch (e) { /* a reload will begin again */ }
  }

  // ---- sound ----

  function open(id) {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
    return new Audio(URL.createObjectURL(new Blob([bytes], { type: "audio/ogg" })));
  }

  // begun: it is heard; over: it is not any more; failed: it never was.
  function play(id, begun, over, failed) {
    const sound = open(id);
    let heard = false;
    playing = sound;
    const end = () => {
      if (playing !== sound) return;
      playing = null;
      URL.revokeObjectURL(sound.src);
      if (heard) over(); else failed();
    };
    sound.addEventListener("playing", () => {
      if (heard) return;
      heard = true;
      begun();
      setTimeout(end, 1000 * (Number.isFinite(sound.duration) ? sound.duration : 10) + 3000); // a device that went away
    });
    for (const event of ["ended", "pause", "error"]) sound.addEventListener(event, end);
    sound.play().catch(end);
  }

  // ---- screens ----

  function show(id) {
    for (const screen of document.querySelectorAll("main > section")) screen.hidden = screen.id !== id;
    window.scrollTo(0, 0);
  }

  function begin(event) {
    event.preventDefault();
    const number = Number(byId("number").value) || 1000 + Math.floor(Math.random() * 9000);
    const run = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
    state = { number: number, run: run, answers: [], played: false };
    keep();
    goOn();
  }

  function goOn() {
    trials = order.of(state.number, texts.length, data.conditions.length);
    if (state.over || state.answers.length >= trials.length) showResult();
    else showTrial();
  }

  function showTrial() {
    const n = state.answers.length;
    byId("progress").textContent = chart.fill(say.progress, n + 1, trials.length);
    byId("bar").max = trials.length;
    byId("bar").value = n;
    byId("typed").value = "";
    byId("play").disabled = state.played;
    byId("next").disabled = !state.played;
    byId("status").textContent = state.played ? say.status_played : say.status_ready;
    show("trial");
    (state.played ? byId("typed") : byId("play")).focus();
  }

  function playTrial() {
    const trial = trials[state.answers.length];
    byId("play").disabled = true;
    play("clip-" + trial.condition + "-" + trial.sentence,
      () => {
        state.played = true;
        keep();
        byId("status").textContent = say.status_playing;
        byId("typed").focus();
      },
      () => {
        byId("status").textContent = say.status_played;
        byId("next").disabled = false;
      },
      () => {
        byId("play").disabled = false;
        byId("status").textContent = say.status_failed;
      });
  }

  function answer(event) {
    event.preventDefault();
    if (byId("next").disabled) return;
    const trial = trials[state.answers.length];
    const typed = byId("typed").value;
    const text = texts[trial.sentence];
    state.answers.push({
      sentence: trial.sentence, condition: trial.condition, typed: scoring.words(typed).join(" "),
      right: scoring.right(text, typed), keywords: scoring.keys(text).length,
    });
    state.played = false;
    keep();
    goOn();
  }

  function stop() {
    if (!confirm(say.stop_sure)) return;
    if (playing) playing.pause();
    state.over = true;
    keep();
    goOn();
  }

  function again() {
    if (!confirm(say.again_sure)) return;
    state = null;
    keep();
    byId("number").value = "";
    show("start");
  }

  // ---- the result ----

  // What was heard in each condition.
  function cells() {
    return data.conditions.map((condition, c) => {
      const mine = state.answers.filter((a) => a.condition === c);
      const sum = (what) => mine.reduce((so, a) => so + what(a), 0);
      return Object.assign({}, condition, {
        keywords: sum((a) => a.keywords), right: sum((a) => a.right),
        estoi: sum((a) => data.estoi[c][a.sentence]) / (mine.length || 1),
      });
    }).filter((cell) => cell.keywords > 0);
  }

  // A row for each sentence. Nothing in it needs quotes: words of letters and digits, and numbers.
  function csv() {
    const head = "voz_listen,test,lang,listener_seed,run,order,sentence,transport,recover,loss,burst,delay_ms,jitter_ms," +
      "bitrate,keywords,right,estoi,said,typed";
    const rows = state.answers.map((a, n) => {
      const c = data.conditions[a.condition];
      return [
        1, data.id, data.lang, state.number, state.run, n + 1, a.sentence + 1, c.transport, c.recover, c.loss, c.burst,
        c.delay, c.jitter, c.bitrate, a.keywords, a.right, data.estoi[a.condition][a.sentence].toFixed(4),
        scoring.keys(texts[a.sentence]).join(" "), a.typed,
      ].join(",");
    });
    return [head].concat(rows).join("\r\n") + "\r\n";
  }

  function listAnswers() {
    const list = byId("answers");
    list.textContent = "";
    for (const a of state.answers) {
      const item = chart.element(list, "li");
      chart.element(item, "span", {}, texts[a.sentence].replace(/\*/g, ""));
      chart.element(item, "small", {}, chart.fill(say.answer, a.typed || "–", a.right, a.keywords));
    }
  }

  function showResult() {
    const sum = (name) => state.answers.reduce((so, a) => so + a[name], 0);
    const right = sum("right"), keywords = sum("keywords");
    byId("summary").textContent = keywords
      ? chart.fill(say.summary, right, keywords, ((100 * right) / keywords).toFixed(0)) : say.summary_none;
    byId("listener").textContent = chart.fill(say.listener, state.number);
    show("result");
    if (keywords) {
      chart.show(byId("chart"), cells(), say);
      chart.table(byId("table"), cells(), say);
    }
    listAnswers();
    byId("csv").value = csv();
    byId("save").href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    byId("save").download = "voz-listen-" + data.id.slice(0, 6) + "-" + state.number + ".csv";
    byId("save").focus();
  }

  // ---- wiring ----

  function tryOut() {
    const tell = (text) => () => { byId("tried").textContent = text; byId("try").disabled = false; };
    byId("try").disabled = true;
    play("clip-trial", () => { byId("tried").textContent = say.status_playing; }, tell(say.tried), tell(say.status_failed));
  }

  byId("try").addEventListener("click", tryOut);
  byId("begin").addEventListener("submit", begin);
  byId("play").addEventListener("click", playTrial);
  byId("answer").addEventListener("submit", answer);
  byId("stop").addEventListener("click", stop);
  byId("again").addEventListener("click", again);
  byId("unable").hidden = new Audio().canPlayType("audio/ogg; codecs=opus") !== "";
  if (state) goOn();
  else show("start");
})();
