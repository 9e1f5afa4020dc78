// The page of a class: the curve and the table of what was merged.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const say = JSON.parse(document.getElementById("text").textContent);
  document.getElementById("summary").textContent =
    chart.fill(say.class_summary, data.listeners, data.answers, data.right, data.keywords);
  chart.show(document.getElementById("chart"), data.cells, say);
  chart.table(document.getElementById("table"), data.cells, say);
})();
