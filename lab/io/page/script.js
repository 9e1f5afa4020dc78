// Makes listening easier; without it the clips play just as well. One plays at a time, a line walks along its strip,
// and a button changes over to the clean clip at the same place and back.
(function () {
  "use strict";
  const sounds = Array.from(document.querySelectorAll("audio"));

  for (const sound of sounds)
    sound.addEventListener("play", function () {
      for (const other of sounds)
        if (other !== sound) other.pause();
    });

  // Sets a place in a sound that may not have been looked at yet.
  function playFrom(sound, seconds) {
    const start = function () {
      sound.currentTime = Math.max(0, Math.min(seconds, sound.duration || 0));
      sound.play();
    };
    if (sound.readyState > 0) start();
    else {
      sound.addEventListener("loadedmetadata", start, { once: true });
      sound.preload = "auto";
      sound.load();
    }
  }

  for (const clip of document.querySelectorAll("figure.clip[data-lag]")) {
    const sound = clip.querySelector("audio");
    const strip = clip.querySelector(".strip");
    if (!sound) continue;

    if (strip) {
      const line = document.createElement("i");
      const walk = function () {
        line.style.left = Math.min(100, (100 * sound.currentTime) / strip.dataset.seconds) + "%";
        if (!sound.paused) requestAnimationFrame(walk);
      };
      sound.addEventListener("play", function () { strip.append(line); walk(); });
      sound.addEventListener("seeked", walk);
      strip.addEventListener("click", function (event) {
        const box = strip.getBoundingClientRect();
        playFrom(sound, ((event.clientX - box.left) / box.width) * strip.dataset.seconds);
      });
    }

    const clean = document.querySelector("#" + clip.dataset.said + " audio");
    const button = clip.querySelector("button");
    if (!clean || !button) continue;
    const there = button.textContent;
    const lag = Number(clip.dataset.lag); // what is heard was said so many seconds before
    button.hidden = false;
    button.addEventListener("click", function () {
      if (button.textContent === there) {
        const place = sound.currentTime - lag;
        button.textContent = button.dataset.back;
        playFrom(clean, place);
      } else {
        playFrom(sound, clean.currentTime + lag);
      }
    });
    sound.addEventListener("play", function () { button.textContent = there; });
  }
})();
