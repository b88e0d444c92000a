# ---
# jupyter:
#   lesson:
#     es: 04-disyuntores
# ---

# %% [markdown] lang="en"
# # 4. Circuit breakers
#
# **Aim.** A slow callee takes down callers that hardly need it. Afterwards you can say how (with Little's law), what
# a circuit breaker changes, what it does while it is half open, and how one that is set too nervously makes an outage
# out of nothing.
#
# You need: lesson 1 (Little's law).

# %% [markdown] lang="es"
# # 4. Disyuntores (*circuit breakers*)
#
# **Objetivo.** Un servicio lento arrastra consigo a quien apenas lo necesita. Al terminar sabrás decir cómo (con la ley de
# Little), qué cambia con un disyuntor (*circuit breaker*), qué hace mientras está semiabierto (*half-open*), y cómo uno
# demasiado nervioso convierte en avería lo que no era nada.
#
# Necesitas: la lección 1 (la ley de Little).

# %%
from math import comb

import matplotlib.pyplot as plt
import pandas as pd

import simulator as sim
from simulator.api.lesson import Lesson

# %% lang="en"
lesson = Lesson("en")

# %% lang="es"
lesson = Lesson("es")

# %% [markdown] lang="en"
# ## The scenario
#
# The bundled scenario `flapping-breaker`. A shop has two instances with 20 threads each; a request holds its thread until
# it is answered. Sixty *buyers* a second need a price, for which the shop calls a price service. A hundred *browsers* a
# second need no price at all. The shop waits one second for a price at most.
#
# In quiet times one price in twenty takes too long; nobody minds. From second 50 to 80 **everything** in the price service
# takes a hundred times as long.
#
# ## Predict
#
# There is no breaker at first. The browsers have nothing to do with prices, and the shop's CPU has nothing to do either. What
# share of the browsers is served in that half minute, in percent?

# %% [markdown] lang="es"
# ## El escenario
#
# El escenario `flapping-breaker`, que viene incluido. Una tienda tiene dos instancias con 20 hilos (*threads*) cada una; una
# petición ocupa su hilo hasta que se responde. Sesenta *compradores* (`buyers`) por segundo necesitan un precio, para lo
# que la tienda llama a un servicio de precios. Cien *mirones* (`browsers`) por segundo no necesitan ningún precio. La tienda
# espera por un precio un segundo como mucho.
#
# En tiempos tranquilos uno de cada veinte precios tarda demasiado; a nadie le importa. Del segundo 50 al 80 **todo** tarda
# cien veces más en el servicio de precios.
#
# ## Predice
#
# Al principio no hay disyuntor. Los mirones no tienen nada que ver con los precios, y la CPU de la tienda no tiene nada que
# hacer. ¿Qué parte de los mirones se atiende en ese medio minuto, en tanto por ciento?

# %%
guess = None

# %% [markdown] lang="en"
# ## Run

# %% [markdown] lang="es"
# ## Ejecuta

# %%
BREAKER = "services.prices.policy.breaker"


def served(run, traffic, since, until):
    """What part of a traffic class was served between two moments, in percent."""
    frame = run.frame("traffic")
    rows = frame[(frame["name"] == traffic) & (frame["time"] >= since) & (frame["time"] < until)]
    return 100 * rows["ok"].sum() / rows["finished"].sum()


without = sim.run("flapping-breaker", set={BREAKER: None})
lesson.reveal(guess, served(without, "browsers", 50, 80), "%")

# %% [markdown] lang="en"
# ## Explain: the threads are gone
#
# Little's law counts the threads that are lent to calls for a price: rate times how long each waits.
#
# - In quiet times: 60/s x (95 % x 30 ms + 5 % x 1 s), which is five threads, of 40.
# - In the slow half minute: 60/s x 1 s, the timeout, is **60 threads, of 40**.
#
# So all threads stand there and wait for prices that do not come. Browsers line up behind buyers for a thread that they need
# for 10 ms; then the line is full, and they are turned away by a machine that does nothing.

# %% [markdown] lang="es"
# ## Explica: no quedan hilos
#
# La ley de Little cuenta los hilos prestados a llamadas por un precio: la tasa por lo que espera cada una.
#
# - En tiempos tranquilos: 60/s x (95 % x 30 ms + 5 % x 1 s), que son cinco hilos, de 40.
# - En el medio minuto lento: 60/s x 1 s, el plazo de espera (*timeout*), son **60 hilos, de 40**.
#
# Así que todos los hilos están parados, esperando precios que no llegan. Los mirones hacen cola detrás de los compradores por
# un hilo que necesitan 10 ms; luego la cola se llena, y los rechaza una máquina que no está haciendo nada.


# %%
def threads(run):
    """How many threads of the shop are in use, second by second."""
    frame = run.frame("gauge")
    shop = frame[frame["name"].str.startswith("shop-")]
    return shop.groupby("time")["busy"].sum()


with_breaker = sim.run("flapping-breaker")

figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for run, name in (
    (without, lesson.words(en="no breaker", es="sin disyuntor")),
    (with_breaker, lesson.words(en="breaker", es="con disyuntor")),
):
    busy = threads(run)
    axes.plot(busy.index, busy, label=name)
axes.axhline(40, color="0.5", linestyle=":")
axes.axvspan(50, 80, color="0.9")
axes.set_xlabel(lesson.words(en="time (s)", es="tiempo (s)"))
axes.set_ylabel(lesson.words(en="threads in use, of 40", es="hilos en uso, de 40"))
axes.set_ylim(0, 44)
axes.legend(loc="center left")
lesson.show(figure)
plt.close(figure)

# %% [markdown] lang="en"
# ## What a breaker does
#
# It stands before the call and counts. This one is resilience4j's:
#
# - **closed**: calls pass. When half of the last 20 have failed, it opens.
# - **open**: calls fail at once, for 10 s. No thread waits.
# - **half open**: five calls may pass, as a test. If half of them or more fail, it opens again; else it closes.

# %% [markdown] lang="es"
# ## Qué hace un disyuntor
#
# Se pone delante de la llamada y cuenta. Este es el de resilience4j:
#
# - **cerrado** (*closed*): las llamadas pasan. Cuando ha fallado la mitad de las últimas 20, se abre.
# - **abierto** (*open*): las llamadas fallan al momento, durante 10 s. Ningún hilo espera.
# - **semiabierto** (*half-open*): pasan cinco llamadas, como prueba. Si falla la mitad o más, se abre otra vez; si no, se cierra.

# %%
CASES = {
    lesson.words(en="no breaker", es="sin disyuntor"): without,
    lesson.words(en="breaker", es="con disyuntor"): with_breaker,
}
pd.DataFrame(
    {
        "": list(CASES),
        lesson.words(en="browsers served, slow (%)", es="mirones atendidos, lento (%)"): [
            served(run, "browsers", 50, 80) for run in CASES.values()
        ],
        lesson.words(en="buyers served, slow (%)", es="compradores atendidos, lento (%)"): [
            served(run, "buyers", 50, 80) for run in CASES.values()
        ],
        lesson.words(en="buyers served, quiet (%)", es="compradores atendidos, tranquilo (%)"): [
            served(run, "buyers", 10, 50) for run in CASES.values()
        ],
    }
).round(1)

# %%
lesson.say(
    en="A breaker saves **everybody else**, and it spares the callee, which gets fewer calls while it is in trouble. For the buyers "
    f"it does nothing good: {served(with_breaker, 'buyers', 50, 80):.0f} % of them are served, instead of "
    f"{served(without, 'buyers', 50, 80):.0f} %, since those whose price would have come within the second are turned away too. "
    "What they get is a quick answer, and a shop that can offer them something else.",
    es="Un disyuntor salva a **todos los demás**, y alivia al servicio llamado, que recibe menos llamadas mientras está en apuros. A "
    f"los compradores no les hace ningún bien: se atiende al {served(with_breaker, 'buyers', 50, 80):.0f} %, en vez de al "
    f"{served(without, 'buyers', 50, 80):.0f} %, porque se rechaza también a aquellos cuyo precio habría llegado dentro del segundo. "
    "Lo que reciben es una respuesta rápida, y una tienda que puede ofrecerles otra cosa.",
)
assert served(with_breaker, "browsers", 50, 80) > 99
assert served(without, "browsers", 50, 80) < 90

# %% [markdown] lang="en"
# ## Half open, step by step
#
# ## Predict
#
# The fault is over at second 80. The breaker waits 10 s each time. How many seconds after that does the last of the two
# instances' breakers close, if you are unlucky?

# %% [markdown] lang="es"
# ## Semiabierto, paso a paso
#
# ## Predice
#
# La avería acaba en el segundo 80. El disyuntor espera cada vez 10 s. Con mala suerte, ¿cuántos segundos después se cierra el
# último de los disyuntores de las dos instancias?

# %%
guess = None

# %%
events = pd.DataFrame(
    [
        (each.subject.split(" > ")[0], round(each.time, 1), each.detail)
        for each in with_breaker.result.log
        if each.kind == "breaker"
    ],
    columns=[
        lesson.words(en="caller", es="quien llama"),
        lesson.words(en="time (s)", es="tiempo (s)"),
        lesson.words(en="becomes", es="pasa a"),
    ],
).sort_values(
    [lesson.words(en="caller", es="quien llama"), lesson.words(en="time (s)", es="tiempo (s)")],
    ignore_index=True,
)
closed_after = (
    max(
        each.time
        for each in with_breaker.result.log
        if each.kind == "breaker" and each.detail == "closed"
    )
    - 80
)
lesson.reveal(guess, closed_after, "s")
events

# %% [markdown] lang="en"
# ## Explain
#
# Each instance of the shop has a breaker of its own, which has to find out for itself. While the price service is slow
# most tests fail (after a second: they wait for the timeout), and the breaker opens for another 10 s. Five calls are few: if
# three of them happen to be quick, it closes in the middle of the outage, and has to see 20 calls before it opens again; look
# for that in the table. **The wait is how late the end of an outage is noticed**: 10 s and the time of the tests in the worst
# case, half of it on average.
#
# And why test with five calls only? Because the callee may be just about to recover. If all callers came back at once, on a
# cold cache and with everything that had piled up, they would push it down again.

# %% [markdown] lang="es"
# ## Explica
#
# Cada instancia de la tienda tiene su propio disyuntor, que tiene que averiguarlo por sí mismo. Mientras el servicio de
# precios va lento, casi todas las pruebas fallan (al cabo de un segundo: agotan el plazo), y el disyuntor se abre otros 10 s.
# Cinco llamadas son pocas: si tres resultan rápidas, se cierra en plena avería, y tiene que ver 20 llamadas antes de volver a
# abrirse; búscalo en la tabla. **La espera es lo tarde que se nota el fin de una avería**: 10 s y lo que duran las pruebas en
# el peor caso, la mitad de media.
#
# ¿Y por qué probar solo con cinco llamadas? Porque el servicio puede estar justo recuperándose. Si todos volvieran a la vez,
# con la caché fría y todo lo acumulado, lo volverían a hundir.

# %%
assert 0 < closed_after < 12
opened = [
    each for each in with_breaker.result.log if each.kind == "breaker" and each.detail == "open"
]
assert all(50 < each.time < 80 for each in opened)

# %% [markdown] lang="en"
# ## A nervous breaker
#
# Why wait for 20 calls? A breaker that judges by the last four would be quicker, and with a wait of one second it would also
# be quicker to forgive.

# %% [markdown] lang="es"
# ## Un disyuntor nervioso
#
# ¿Por qué esperar a 20 llamadas? Un disyuntor que juzgara por las cuatro últimas sería más rápido, y con una espera de un
# segundo también perdonaría antes.

# %%
NERVOUS = {"window": 4, "minimum_calls": 4, "wait": "1s"}
nervous = sim.run("flapping-breaker", set={BREAKER: NERVOUS})


def opened_in_quiet(run):
    """How often breakers opened before anything was wrong."""
    return sum(
        each.kind == "breaker" and each.detail == "open" and each.time < 50
        for each in run.result.log
    )


lesson.say(
    en=f"Before the fault, when nothing was wrong, it opened **{opened_in_quiet(nervous)}** times (the other one: "
    f"{opened_in_quiet(with_breaker)}). Of the buyers {served(nervous, 'buyers', 10, 50):.0f} % were served then, instead of "
    f"{served(with_breaker, 'buyers', 10, 50):.0f} %.",
    es=f"Antes de la avería, cuando no pasaba nada, se abrió **{opened_in_quiet(nervous)}** veces (el otro: "
    f"{opened_in_quiet(with_breaker)}). Entonces se atendió al {served(nervous, 'buyers', 10, 50):.0f} % de los compradores, en "
    f"vez de al {served(with_breaker, 'buyers', 10, 50):.0f} %.",
)
assert opened_in_quiet(nervous) > 5
assert opened_in_quiet(with_breaker) == 0

# %% [markdown] lang="en"
# ## Explain: how often are half of n calls bad, by chance?
#
# If each call fails with probability p, the number of failures among n is binomial. A window of n calls opens the breaker
# for nothing when half of them or more have failed:
#
# > P = Σ C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ, for k from n/2 to n.

# %% [markdown] lang="es"
# ## Explica: ¿cada cuánto falla por azar la mitad de n llamadas?
#
# Si cada llamada falla con probabilidad p, los fallos entre n siguen una distribución binomial. Una ventana de n llamadas abre
# el disyuntor sin motivo cuando ha fallado la mitad o más:
#
# > P = Σ C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ, con k de n/2 a n.


# %%
def half_bad(calls, failing):
    """The chance that half of so many calls fail, or more."""
    least = (calls + 1) // 2
    return sum(
        comb(calls, k) * failing**k * (1 - failing) ** (calls - k) for k in range(least, calls + 1)
    )


lesson.say(
    en=f"With p = 5 %: one window of 4 calls in **{1 / half_bad(4, 0.05):.0f}** is half bad, and one of 20 calls in "
    f"**{1 / half_bad(20, 0.05):,.0f}**. At 30 calls a second for each breaker, that is every few seconds, or once in "
    f"{1 / half_bad(20, 0.05) / 30 / 86400:.0f} days.",
    es=f"Con p = 5 %: una ventana de 4 llamadas de cada **{1 / half_bad(4, 0.05):.0f}** está medio mal, y una de 20 llamadas de "
    f"cada **{1 / half_bad(20, 0.05):,.0f}**. A 30 llamadas por segundo en cada disyuntor, eso es cada pocos segundos, o una "
    f"vez cada {1 / half_bad(20, 0.05) / 30 / 86400:.0f} días.",
)

# %% [markdown] lang="en"
# ## Try it yourself
#
# **1.** Another way to save the browsers is a shorter timeout, without any breaker. The buyers' 60 calls a second may have at
# most half of the 40 threads. What is the longest timeout, in milliseconds?

# %% [markdown] lang="es"
# ## Inténtalo tú
#
# **1.** Otra manera de salvar a los mirones es un plazo de espera (*timeout*) más corto, sin disyuntor. Las 60 llamadas por
# segundo de los compradores pueden ocupar como mucho la mitad de los 40 hilos. ¿Cuál es el plazo más largo, en milisegundos?

# %% tags=["answer"] right="333" wrong="667"
answer = None


def saves_browsers(timeout):
    """Whether the timeout lends half of the threads at most, and all of that half but a tenth."""
    settings = {BREAKER: None, "services.prices.policy.timeout": f"{timeout}ms"}
    run = sim.run("flapping-breaker", set=settings)
    lesson.say(
        en=f"Played with {timeout} ms: {served(run, 'browsers', 50, 80):.1f} % of the browsers are served, and the shop has "
        f"{threads(run)[55:80].mean():.0f} threads in use.",
        es=f"Jugado con {timeout} ms: se atiende al {served(run, 'browsers', 50, 80):.1f} % de los mirones, y la tienda tiene "
        f"{threads(run)[55:80].mean():.0f} hilos en uso.",
    )
    return 18 <= 60 * timeout / 1000 <= 20.2


lesson.check(
    answer,
    expected=saves_browsers,
    unit="ms",
    why={
        "en": "Little: 20 threads / 60 calls a second. A timeout bounds how long a thread is lent.",
        "es": "Little: 20 hilos / 60 llamadas por segundo. Un plazo limita cuánto tiempo se presta un hilo.",
    },
    hint={
        "en": "Threads lent = calls a second x seconds that each waits at most.",
        "es": "Hilos prestados = llamadas por segundo x segundos que espera cada una como mucho.",
    },
)

# %% [markdown] lang="en"
# **2.** Calls fail with p = 5 % in good times. Which is the smallest *even* window for which fewer than one window in a
# thousand is half bad? (`half_bad(4, 0.05)` is the chance for four.)

# %% [markdown] lang="es"
# **2.** En tiempos buenos las llamadas fallan con p = 5 %. ¿Cuál es la menor ventana *par* con la que menos de una ventana
# de cada mil está medio mal? (`half_bad(4, 0.05)` es la probabilidad para cuatro.)

# %% tags=["answer"] right="8" wrong="6"
answer = None

smallest = next(n for n in range(2, 100, 2) if half_bad(n, 0.05) < 0.001)
lesson.check(
    answer,
    expected=smallest,
    unit=lesson.words(en="calls", es="llamadas"),
    why={
        "en": f"One in {1 / half_bad(smallest, 0.05):,.0f}; with two calls less, one in {1 / half_bad(smallest - 2, 0.05):,.0f}.",
        "es": f"Una de cada {1 / half_bad(smallest, 0.05):,.0f}; con dos llamadas menos, una de cada {1 / half_bad(smallest - 2, 0.05):,.0f}.",
    },
    hint={
        "en": "Try `half_bad(n, 0.05)` for n = 4, 6, 8, ...",
        "es": "Prueba `half_bad(n, 0.05)` con n = 4, 6, 8, ...",
    },
)

# %% [markdown] lang="en"
# **3.** With a wait of 10 s it took up to that long until buyers were served again. Give a `wait`, in seconds, with which 75 % of the
# buyers are served in the ten seconds after the fault (80 to 90), and with which breakers open no more than 12 times in
# the whole run. One run decides, with the luck that it has.

# %% [markdown] lang="es"
# **3.** Con una espera de 10 s los compradores tardaron hasta eso en volver a ser atendidos. Da un `wait`, en segundos, con el que
# se atienda al 75 % de los compradores en los diez segundos tras la avería (80 a 90), y con el que los disyuntores no se
# abran más de 12 veces en total. Decide una simulación, con la suerte que tenga.

# %% tags=["answer"] right="5" wrong="1"
answer = None


def soon_and_calm(wait):
    """Whether buyers are back soon, and the breakers do not open too often."""
    run = sim.run("flapping-breaker", set={f"{BREAKER}.wait": f"{wait}s"})
    times = sum(each.kind == "breaker" and each.detail == "open" for each in run.result.log)
    back = served(run, "buyers", 80, 90)
    lesson.say(
        en=f"Played with {wait} s: {back:.0f} % of the buyers in those ten seconds; opened {times} times.",
        es=f"Jugado con {wait} s: el {back:.0f} % de los compradores en esos diez segundos; se abrió {times} veces.",
    )
    return bool(back >= 75 and times <= 12)


lesson.check(
    answer,
    expected=soon_and_calm,
    unit="s",
    why={
        "en": "Each test costs a few calls that fail; each second of waiting costs all buyers once all is well.",
        "es": "Cada prueba cuesta unas llamadas que fallan; cada segundo de espera cuesta todos los compradores cuando ya va bien.",
    },
    hint={
        "en": "Shorter waits notice the end sooner, and test more often while it is hopeless. Try something in between.",
        "es": "Una espera más corta nota antes el final, y prueba más a menudo mientras no hay nada que hacer. Prueba algo intermedio.",
    },
)

# %% [markdown] lang="en"
# ## What to take away
#
# - A slow callee takes rate x wait threads; when these are all, everything that shares them is down.
# - An open breaker does not mend the callee: it keeps others from waiting for it, and gives it rest.
# - The window decides how often chance opens it; the wait, how late the end of an outage is noticed.
# - Timeouts and bulkheads bound the same loss in other ways (`docs/lessons/bulkhead.md`).
#
# **Read on:** `docs/lessons/flapping-breaker.md`; Nygard, *Release It!* (2nd ed., 2018), the chapter on stability patterns.

# %% [markdown] lang="es"
# ## Para llevar
#
# - Un servicio lento ocupa tasa x espera hilos; cuando esos son todos, cae cuanto los comparte.
# - Un disyuntor abierto no arregla el servicio: evita que otros lo esperen, y le da descanso.
# - La ventana decide cada cuánto lo abre el azar; la espera, lo tarde que se nota el fin de una avería.
# - Los plazos y los mamparos (*bulkheads*) limitan la misma pérdida de otra manera (`docs/lessons/bulkhead.md`).
#
# **Para seguir:** `docs/lessons/flapping-breaker.md`; Nygard, *Release It!* (2.ª ed., 2018), el capítulo sobre patrones de
# estabilidad.
