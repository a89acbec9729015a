/* What a page does in a browser: draws its charts, sorts its tables, shows and hides series. */
(function () {
  'use strict';

  var began = performance.now();
  var specs = JSON.parse(document.getElementById('charts').textContent);
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var printing = false;
  var charts = {}; // by id: {box, spec, instance, group, height without labels of more than a line, size drawn for}
  var hidden = {}; // by group, then by name of series
  var SHOWN_IN_TOOLTIP = 12;
  var NUMBERS_SHOWN = 20000;
  var WHOLE_PAGE = 688; // pixels of a portrait A4 page within the margins of report.css
  var HALF_PAGE = 330; // of each of two columns of it

  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }

  function theme() {
    return dark.matches && !printing ? sparkMlpCharts.DARK : sparkMlpCharts.LIGHT;
  }

  function node(name, text, className) {
    var made = document.createElement(name);
    if (text !== undefined) { made.textContent = text; }
    if (className) { made.className = className; }
    return made;
  }

  // ------------------------------------------------------------------ charts

  /** Every text of a tooltip is set as text, so no name can become markup. */
  function tooltip(chart) {
    var spec = chart.spec;
    var colours = theme();
    var base = {
      confine: true, transitionDuration: 0, backgroundColor: colours.page, borderColor: colours.line, padding: [6, 10],
      textStyle: { color: colours.text, fontSize: 12 }
    };
    if (spec.values) {
      base.trigger = 'item';
      base.formatter = function (p) {
        var row = spec.y.categories[p.value[1]];
        var column = spec.x.categories[p.value[0]];
        var box = node('div');
        box.appendChild(node('div', spec.y.name + ' ' + row + ', ' + spec.x.name + ' ' + column));
        box.appendChild(node('strong', p.data.text || 'nothing'));
        return box;
      };
      return base;
    }
    var lines = spec.series.some(function (one) { return one.kind !== 'scatter'; });
    base.trigger = lines ? 'axis' : 'item';
    base.axisPointer = { type: spec.series.some(function (one) { return one.kind === 'bar'; }) ? 'shadow' : 'line' };
    base.formatter = function (given) {
      var flat = spec.y.scale === 'category';
      var seen = {};
      var items = (Array.isArray(given) ? given : [given]).filter(function (p) {
        var value = p.value[flat ? 0 : 1];
        var fresh = p.seriesType !== 'custom' && !seen[p.seriesName] && typeof value === 'number';
        seen[p.seriesName] = true;
        return fresh;
      });
      if (!items.length) { return ''; }
      items.sort(function (a, b) { return b.value[flat ? 0 : 1] - a.value[flat ? 0 : 1]; });
      var box = node('div');
      var place = items[0].value[flat ? 1 : 0];
      var along = flat ? spec.y : spec.x;
      box.appendChild(node('div', along.scale === 'category' ? along.categories[place] : along.name + ' ' + sparkMlpCharts.number(place)));
      items.slice(0, SHOWN_IN_TOOLTIP).forEach(function (p) {
        var entry = node('div', undefined, 'tip');
        var swatch = node('i');
        swatch.style.background = p.color;
        entry.appendChild(swatch);
        entry.appendChild(node('span', p.seriesName));
        entry.appendChild(node('b', sparkMlpCharts.number(p.value[flat ? 0 : 1])));
        box.appendChild(entry);
      });
      if (items.length > SHOWN_IN_TOOLTIP) {
        box.appendChild(node('div', 'and ' + (items.length - SHOWN_IN_TOOLTIP) + ' more'));
      }
      return box;
    };
    return base;
  }

  function numbersOf(spec) {
    if (spec.values) { return spec.values.length * spec.values[0].length; }
    return spec.series.reduce(function (sum, one) { return sum + one.y.length; }, 0);
  }

  function measure(text, pixels) {
    return echarts.format.getTextRect(text, pixels + 'px ' + sparkMlpCharts.FONT).width;
  }

  /**
   * Draws anew, in the width that the box has. What is printed is drawn as wide as a column of a portrait page, whatever
   * the window is: the page isn't laid out for paper yet when browsers say that they print. From there it is scaled.
   */
  function draw(chart) {
    if (chart.instance) { chart.instance.dispose(); }
    var half = printing && chart.box.closest('.grid > :not(.wide)');
    var width = !printing ? chart.box.clientWidth : half ? HALF_PAGE : WHOLE_PAGE;
    var lower = half && chart.spec.y.scale !== 'category' ? 0.75 : 1;
    chart.size = { width: width, height: lower * chart.height, measure: measure };
    chart.size.height += sparkMlpCharts.extra(chart.spec, chart.size);
    chart.box.style.height = chart.size.height + 'px';
    // SVG is sharp on paper; many lines are faster on a canvas
    var renderer = numbersOf(chart.spec) > 5000 ? 'canvas' : 'svg';
    chart.instance = echarts.init(chart.box, null, {
      renderer: renderer, width: printing ? width : undefined, height: printing ? chart.size.height : undefined,
      devicePixelRatio: printing ? 3 : undefined
    });
    var option = optionOf(chart);
    option.tooltip = tooltip(chart);
    if (chart.box.dataset.zoom) {
      // along x; y fits itself to what is left
      option.dataZoom = [
        { type: 'inside', xAxisIndex: 0, filterMode: 'filter', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: false, moveOnMouseWheel: false }
      ];
      option.toolbox = {
        itemSize: 0, showTitle: false,
        feature: { dataZoom: { yAxisIndex: 'none', filterMode: 'filter', brushStyle: { color: 'rgba(90,140,200,0.18)' } } }
      };
    }
    chart.instance.setOption(option);
    if (chart.box.dataset.zoom) {
      chart.instance.dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true });
    }
    var svg = chart.box.querySelector('svg');
    if (printing && svg) { svg.setAttribute('viewBox', '0 0 ' + width + ' ' + chart.size.height); }
    chart.box.dataset.drawn = 'true';
  }

  function optionOf(chart) {
    return sparkMlpCharts.option(chart.shown || chart.spec, theme(), hidden[chart.group], chart.size);
  }

  /** Shows a spec, with the same series and axes, in the place of the chart's own. */
  function show(chart, spec) {
    chart.shown = spec;
    if (chart.instance) { chart.instance.setOption({ series: optionOf(chart).series }); }
  }

  function range(chart) {
    var zoom = chart.instance.getOption().dataZoom[0];
    return [zoom.start, zoom.end];
  }

  function zoomTo(chart, start, end) {
    var width = Math.min(100, Math.max(2, end - start));
    var from = Math.min(100 - width, Math.max(0, start));
    chart.instance.dispatchAction({ type: 'dataZoom', dataZoomIndex: 0, start: from, end: from + width });
    say(chart.spec.title + ': showing ' + Math.round(from) + ' to ' + Math.round(from + width) + ' percent of the ' + chart.spec.x.name + ' axis');
  }

  function act(chart, action) {
    var now = range(chart);
    var width = now[1] - now[0];
    if (action === 'in') { zoomTo(chart, now[0] + width / 4, now[1] - width / 4); }
    if (action === 'out') { zoomTo(chart, now[0] - width / 2, now[1] + width / 2); }
    if (action === 'left') { zoomTo(chart, now[0] - width / 4, now[1] - width / 4); }
    if (action === 'right') { zoomTo(chart, now[0] + width / 4, now[1] + width / 4); }
    if (action === 'reset') { zoomTo(chart, 0, 100); }
    if (action === 'log') {
      chart.spec.y.scale = chart.spec.y.scale === 'log' ? 'linear' : 'log';
      draw(chart);
    }
  }

  var KEYS = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'left', ArrowRight: 'right', '0': 'reset', Escape: 'reset' };

  all('.chart').forEach(function (box) {
    var chart = charts[box.id] = { box: box, spec: specs[box.id], group: box.dataset.group, instance: null, height: parseFloat(box.style.height) };
    hidden[chart.group] = hidden[chart.group] || {};
    var figure = box.closest('figure');
    all('[data-act]', figure).forEach(function (button) {
      button.addEventListener('click', function () {
        act(chart, button.dataset.act);
        if (button.dataset.act === 'log') { button.setAttribute('aria-pressed', String(chart.spec.y.scale === 'log')); }
      });
    });
    if (box.dataset.zoom) {
      box.addEventListener('keydown', function (event) {
        var action = KEYS[event.key];
        if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          act(chart, action);
        }
      });
      box.addEventListener('dblclick', function () { act(chart, 'reset'); });
    }
    all('details.numbers', figure).forEach(function (details) {
      details.addEventListener('toggle', function () {
        if (details.open && !details.querySelector('table')) { details.appendChild(numbers(chart.spec)); }
      });
    });
  });

  /** The numbers of a chart as a table, made when somebody asks. */
  function numbers(spec) {
    var box = node('div', undefined, 'scroll');
    var table = node('table');
    var body = node('tbody');
    table.appendChild(node('caption', spec.title));
    function row(cells, header) {
      var tr = node('tr');
      cells.forEach(function (text, i) {
        var cell = node(header || i === 0 ? 'th' : 'td', text);
        if (header || i === 0) { cell.scope = header ? 'col' : 'row'; }
        tr.appendChild(cell);
      });
      return tr;
    }
    var head = node('thead');
    table.appendChild(head);
    table.appendChild(body);
    if (spec.values) {
      head.appendChild(row([spec.y.name].concat(spec.x.categories), true));
      spec.values.forEach(function (values, i) {
        body.appendChild(row([spec.y.categories[i]].concat(spec.labels[i].map(function (text) { return text || ''; }))));
      });
    } else {
      head.appendChild(row(['series', spec.x.name, spec.y.name].concat(spec.series.some(function (s) { return s.errors; }) ? ['±'] : []), true));
      var count = 0;
      spec.series.forEach(function (one) {
        one.y.forEach(function (value, i) {
          if (count++ < NUMBERS_SHOWN) {
            var flat = spec.y.scale === 'category';
            var along = flat ? spec.y : spec.x;
            var place = along.scale === 'category' ? along.categories[one.x ? one.x[i] : i] : sparkMlpCharts.number(one.x ? one.x[i] : i + 1);
            var cells = flat ? [one.name, sparkMlpCharts.number(value), place] : [one.name, place, sparkMlpCharts.number(value)];
            body.appendChild(row(one.errors ? cells.concat([sparkMlpCharts.number(one.errors[i])]) : cells));
          }
        });
      });
      if (count > NUMBERS_SHOWN) {
        box.appendChild(node('p', 'The first ' + NUMBERS_SHOWN + ' of ' + count + ' numbers; results.json has all.'));
      }
    }
    box.appendChild(table);
    return box;
  }

  // ------------------------------------------------------------------ legends

  function refresh(group) {
    Object.keys(charts).forEach(function (id) {
      var chart = charts[id];
      if (chart.group === group && chart.instance && !chart.spec.values) {
        var selected = {};
        chart.spec.series.forEach(function (one) { selected[one.name] = !hidden[group][one.name]; });
        chart.instance.setOption({ legend: { selected: selected } });
      }
    });
  }

  all('.legend').forEach(function (legend) {
    var group = legend.dataset.group;
    var buttons = all('[data-series]', legend);
    function set(button, on) {
      button.setAttribute('aria-pressed', String(on));
      hidden[group][button.dataset.series] = !on;
    }
    buttons.forEach(function (button) {
      button.addEventListener('click', function () {
        set(button, button.getAttribute('aria-pressed') !== 'true');
        refresh(group);
      });
    });
    all('[data-first]', legend.parentNode).forEach(function (choice) {
      choice.addEventListener('click', function () {
        buttons.forEach(function (button, i) { set(button, i < Number(choice.dataset.first)); });
        refresh(group);
      });
    });
  });

  // ------------------------------------------------------------------ tables

  function order(a, b) {
    if (a.dataset.v !== undefined && b.dataset.v !== undefined) {
      var x = a.dataset.v === '' ? NaN : Number(a.dataset.v);
      var y = b.dataset.v === '' ? NaN : Number(b.dataset.v);
      return isNaN(x) || isNaN(y) ? (isNaN(x) ? 1 : 0) - (isNaN(y) ? 1 : 0) : x - y;
    }
    return a.textContent.localeCompare(b.textContent, undefined, { numeric: true });
  }

  all('table.sortable').forEach(function (table) {
    all('th button', table).forEach(function (button) {
      var th = button.closest('th');
      button.addEventListener('click', function () {
        var up = th.getAttribute('aria-sort') !== 'ascending';
        all('th', th.parentNode).forEach(function (other) { other.removeAttribute('aria-sort'); });
        th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        var column = th.cellIndex;
        var body = table.tBodies[0];
        all('tr', body).sort(function (a, b) {
          var x = a.cells[column];
          var y = b.cells[column];
          // what has no number stays at the end
          if (x.dataset.v === '' || y.dataset.v === '') { return order(x, y); }
          return up ? order(x, y) : order(y, x);
        }).forEach(function (row) { body.appendChild(row); });
        say('sorted by ' + button.textContent + ', ' + (up ? 'ascending' : 'descending'));
      });
    });
  });

  // ------------------------------------------------------------------ the rest

  function say(sentence) {
    document.getElementById('said').textContent = sentence;
  }

  all('[data-copy]').forEach(function (button) {
    button.addEventListener('click', function () {
      var text = document.getElementById(button.dataset.copy).textContent;
      var done = function () { say('copied'); button.textContent = 'Copied'; };
      if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(done, function () { say('the browser does not let pages copy'); });
      } else {
        var range = document.createRange();
        range.selectNodeContents(document.getElementById(button.dataset.copy));
        window.getSelection().removeAllRanges();
        window.getSelection().addRange(range);
      }
    });
  });

  function drawAll() {
    Object.keys(charts).forEach(function (id) { draw(charts[id]); });
  }

  dark.addEventListener('change', drawAll);
  window.addEventListener('resize', function () {
    Object.keys(charts).forEach(function (id) {
      var chart = charts[id];
      if (!chart.instance) { return; }
      // names of categories find other places
      if (chart.spec.x.scale === 'category' || chart.spec.y.scale === 'category') { draw(chart); } else { chart.instance.resize(); }
    });
  });
  window.addEventListener('beforeprint', function () { printing = true; drawAll(); });
  window.addEventListener('afterprint', function () { printing = false; drawAll(); });

  // one by one, so that what is in sight is there at once
  var waiting = Object.keys(charts);
  function next() {
    if (waiting.length) {
      var chart = charts[waiting.shift()];
      if (!chart.instance) { draw(chart); }
      setTimeout(next, 0);
    } else {
      document.documentElement.dataset.millis = String(Math.round(performance.now()));
      document.documentElement.dataset.ready = 'true';
    }
  }
  document.documentElement.dataset.parsed = String(Math.round(began));
  window.sparkMlpReport = { charts: charts, hidden: hidden, act: act, show: show };
  next();
})();
