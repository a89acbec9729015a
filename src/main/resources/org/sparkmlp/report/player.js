/* Plays charts step by step: their lines grow up to the point that buttons, a slider or keys choose. */
(function () {
  'use strict';

  var calm = window.matchMedia('(prefers-reduced-motion: reduce)');
  var SECONDS = 8; // from the first step to the last
  var CALM_STEPS = 8; // instead of motion, one of so many pictures a second

  /** A chart with its lines up to a step; faint ones are the ground they are on. */
  function upTo(spec, step) {
    var made = Object.assign({}, spec);
    made.series = spec.series.map(function (one) {
      if (one.weight === 'faint') { return one; }
      return Object.assign({}, one, { y: one.y.map(function (value, i) { return i <= step ? value : null; }), head: step });
    });
    return made;
  }

  function ready(box) {
    var player = box.querySelector('.player');
    var slider = player.querySelector('input');
    var said = player.querySelector('output');
    var play = player.querySelector('[data-do=play]');
    var last = Number(slider.max);
    var timer = null;
    var charts = Object.keys(sparkMlpReport.charts).map(function (id) { return sparkMlpReport.charts[id]; })
      .filter(function (chart) { return box.contains(chart.box); });

    function show(step) {
      step = Math.max(0, Math.min(last, step));
      slider.value = String(step);
      said.textContent = player.dataset.step + ' ' + step + ' of ' + last;
      slider.setAttribute('aria-valuetext', said.textContent);
      charts.forEach(function (chart) { sparkMlpReport.show(chart, upTo(chart.spec, step)); });
    }

    function now() { return Number(slider.value); }

    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = 'Play';
    }

    function advance() {
      show(now() + (calm.matches ? Math.ceil(last / CALM_STEPS) : 1));
      if (now() === last) { pause(); }
    }

    var actions = {
      play: function () {
        if (timer !== null) { return pause(); }
        if (now() === last) { show(0); }
        play.textContent = 'Pause';
        timer = setInterval(advance, calm.matches ? 1000 : Math.max(40, 1000 * SECONDS / last));
      },
      back: function () { pause(); show(now() - 1); },
      on: function () { pause(); show(now() + 1); }
    };
    var keys = { ' ': 'play', ',': 'back', '.': 'on' };

    player.querySelectorAll('button').forEach(function (button) {
      button.addEventListener('click', function () { actions[button.dataset.do](); });
    });
    slider.addEventListener('input', function () { pause(); show(now()); });
    box.addEventListener('keydown', function (event) {
      var action = keys[event.key];
      var ofButton = event.key === ' ' && event.target.closest('button, summary');
      if (action && !ofButton && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        actions[action]();
      }
    });
    show(last);
  }

  document.querySelectorAll('.played').forEach(ready);
})();
