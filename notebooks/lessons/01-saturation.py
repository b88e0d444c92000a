# ---
# jupyter:
#   lesson:
#     es: 01-saturacion
# ---

# %% [markdown] lang="en"
# # 1. Why queues explode near saturation
#
# **Aim.** A server that is busy for 95 % of the time is not "a little slower" than one that is busy for half of it.
# Afterwards you can say by how much, why it depends on chance, and why many servers with one queue may be busier
# than one server alone.
#
# You need: means and percentiles. A *utilization* (ρ) is the share of time that a server is busy.

# %% [markdown] lang="es"
# # 1. Por qué las colas explotan cerca de la saturación
#
# **Objetivo.** Un servidor ocupado el 95 % del tiempo no es «un poco más lento» que uno ocupado la mitad del tiempo.
# Al terminar sabrás decir cuánto más lento es, por qué depende del azar, y por qué muchos servidores con una sola
# cola pueden estar más ocupados que uno solo.
#
# Necesitas: medias y percentiles. La *utilización* (ρ, *utilization*) es la parte del tiempo en que un servidor está ocupado.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import simulator as sim
from simulator.api.lesson import Lesson
from simulator.experiment.statistics import confidence_interval
from simulator.experiment.theory.mm1 import MM1
from simulator.experiment.theory.mmc import MMc

# %% lang="en"
lesson = Lesson("en")

# %% lang="es"
lesson = Lesson("es")

# %% [markdown] lang="en"
# ## The scenario
#
# One server, one request at a time, and a queue without an end. Requests arrive at random (a Poisson process); each
# needs 10 ms of work on average, exponentially distributed. So the server can do 100 requests a second, and at
# 50 a second it is half busy. Textbooks call this M/M/1.

# %% [markdown] lang="es"
# ## El escenario
#
# Un servidor, una petición cada vez y una cola sin fin. Las peticiones llegan al azar (un proceso de Poisson) y cada
# una necesita de media 10 ms de trabajo, con distribución exponencial. El servidor puede atender, pues, 100 peticiones
# por segundo; con 50 por segundo está ocupado la mitad del tiempo. Los libros lo llaman M/M/1.

# %%
SERVICE_RATE = 100.0  # requests a second that one server can do

ONE_SERVER = """
scenario: one-server
duration: 300s
warmup: 20s
traffic:
  users: {rate: 50/s, target: server.answer}
network: {latency: 0s}
services:
  server:
    concurrency: 1
    endpoints:
      answer: [{work: {exponential: 10ms}}]
"""

half_busy = sim.run(ONE_SERVER, seed=1)
lesson.say(
    en=f"At a utilization of {100 * half_busy.services['server'].utilization:.0f} % an answer takes "
    f"**{1000 * half_busy.latency.mean:.1f} ms** on average: the work, and as much again in the queue.",
    es=f"Con una utilización del {100 * half_busy.services['server'].utilization:.0f} % una respuesta tarda de media "
    f"**{1000 * half_busy.latency.mean:.1f} ms**: el trabajo, y otro tanto en la cola.",
)

# %% [markdown] lang="en"
# ## Predict
#
# Now 95 requests a second arrive instead of 50: not quite twice as many. The server still has five seconds of rest in
# every hundred. How long does an answer take on average, in milliseconds? Write your guess down before you go on.

# %% [markdown] lang="es"
# ## Predice
#
# Ahora llegan 95 peticiones por segundo en vez de 50: no llegan al doble. El servidor descansa todavía cinco segundos
# de cada cien. ¿Cuánto tarda de media una respuesta, en milisegundos? Escribe tu apuesta antes de seguir.

# %%
guess = None

# %% [markdown] lang="en"
# ## Run
#
# Five loads, and each of them five times with another seed: one run is one throw of the dice.

# %% [markdown] lang="es"
# ## Ejecuta
#
# Cinco cargas, y cada una cinco veces con otra semilla (*seed*): una simulación es una sola tirada de dados.

# %%
UTILIZATIONS = [0.5, 0.7, 0.8, 0.9, 0.95]
SEEDS = [1, 2, 3, 4, 5]

measured = {}
for rho in UTILIZATIONS:
    rate = {"traffic.users.rate": f"{rho * SERVICE_RATE}/s"}
    runs = [sim.run(ONE_SERVER, set=rate, seed=seed) for seed in SEEDS]
    measured[rho] = confidence_interval([1000 * run.latency.mean for run in runs], 0.95)

lesson.reveal(guess, measured[0.95].mean, "ms")

# %%
table = pd.DataFrame(
    {
        lesson.words(en="utilization", es="utilización"): [
            f"{100 * rho:.0f} %" for rho in UTILIZATIONS
        ],
        lesson.words(en="simulated mean, ms", es="media simulada, ms"): [
            f"{each.mean:.1f} ± {each.half_width:.1f}" for each in measured.values()
        ],
        lesson.words(en="theory, ms", es="teoría, ms"): [
            f"{1000 * MM1(rho * SERVICE_RATE, SERVICE_RATE).time:.1f}" for rho in UTILIZATIONS
        ],
    }
)
table

# %%
figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
curve = [rho / 200 for rho in range(80, 193)]
axes.plot(
    [100 * rho for rho in curve],
    [1000 * MM1(rho * SERVICE_RATE, SERVICE_RATE).time for rho in curve],
    label=lesson.words(en="theory, M/M/1", es="teoría, M/M/1"),
)
axes.errorbar(
    [100 * rho for rho in UTILIZATIONS],
    [each.mean for each in measured.values()],
    yerr=[each.half_width for each in measured.values()],
    fmt="o",
    capsize=4,
    label=lesson.words(en="simulated, 95 % interval", es="simulado, intervalo del 95 %"),
)
axes.set_xlabel(lesson.words(en="utilization (%)", es="utilización (%)"))
axes.set_ylabel(lesson.words(en="mean latency (ms)", es="latencia media (ms)"))
axes.set_ylim(bottom=0)
axes.legend()
lesson.show(figure)
plt.close(figure)

# %% [markdown] lang="en"
# ## Explain
#
# If λ requests arrive and μ can be done in a second, the mean time in an M/M/1 system is
#
# > T = 1 / (μ − λ) = S / (1 − ρ), with S = 1/μ, the work, and ρ = λ/μ, the utilization.
#
# What counts is not how busy the server is but **how much room is left**. From 50 % to 95 % the load does not even
# double; the room shrinks from one half to one twentieth, and the time grows tenfold. Each time the room is halved,
# the time doubles, and so there is no "knee" in the curve: it is bent everywhere.
#
# Why is there a queue at all, as long as less comes than can be done? Because what comes is not even. Sometimes ten
# requests come in the time of five. A server that is half idle works that off at once; one with no room to spare
# carries it along, until the next rush meets what is left of the last.

# %% [markdown] lang="es"
# ## Explica
#
# Si en un segundo llegan λ peticiones y se pueden atender μ, el tiempo medio en un sistema M/M/1 es
#
# > T = 1 / (μ − λ) = S / (1 − ρ), donde S = 1/μ es el trabajo y ρ = λ/μ la utilización.
#
# Lo que cuenta no es lo ocupado que está el servidor, sino **cuánto margen le queda**. Del 50 % al 95 % la carga ni
# siquiera se duplica; el margen pasa de la mitad a una veinteava parte, y el tiempo se multiplica por diez. Cada vez
# que el margen se reduce a la mitad, el tiempo se duplica: la curva no tiene un «codo», está doblada en todas partes.
#
# ¿Por qué hay cola, si llega menos de lo que se puede atender? Porque lo que llega no es uniforme. A veces llegan diez
# peticiones en el tiempo de cinco. Un servidor medio desocupado las despacha enseguida; uno sin margen las arrastra
# hasta que la siguiente avalancha se encuentra con lo que quedaba de la anterior.

# %%
least, most = measured[0.5], measured[0.95]
spread = {rho: 100 * each.half_width / each.mean for rho, each in measured.items()}
lesson.say(
    en=f"**Mind the intervals.** At 50 % the mean is known within ±{spread[0.5]:.1f} %; at 95 %, from nearly twice as many "
    f"requests, within ±{spread[0.95]:.0f} %. Near saturation one rush fills the queue for many seconds, and a run of some "
    "minutes sees few of them: often none of the great ones, which carry much of the mean, and so most short runs say "
    "too little. Who measures a busy server once, for a short time, has measured luck.",
    es=f"**Fíjate en los intervalos.** Al 50 % la media se conoce con ±{spread[0.5]:.1f} %; al 95 %, con casi el doble de "
    f"peticiones, con ±{spread[0.95]:.0f} %. Cerca de la saturación una sola avalancha llena la cola durante muchos segundos, y "
    "en unos minutos caben pocas: a menudo ninguna de las grandes, que son las que más pesan en la media, y por eso la "
    "mayoría de las simulaciones cortas se quedan cortas también en el resultado. Quien mide un servidor ocupado una sola "
    "vez y poco tiempo ha medido la suerte.",
)
assert spread[0.95] > 2 * spread[0.5]

# %% [markdown] lang="en"
# ### Little's law, for free
#
# Whatever arrives, and in whatever order it is served: the mean number of requests in the system is the rate of
# arrivals times the mean time that each stays, **L = λ T**. The simulator counts the left side (those being worked
# on and those in the queue) and measures the right side with two other clocks.

# %% [markdown] lang="es"
# ### La ley de Little, gratis
#
# Llegue lo que llegue, y se atienda en el orden en que se atienda: el número medio de peticiones en el sistema es la
# tasa de llegadas por el tiempo medio que pasa dentro cada una, **L = λ T**. El simulador cuenta el lado izquierdo (las
# que se están atendiendo y las que esperan en la cola) y mide el derecho con otros dos relojes.

# %%
busy = sim.run(ONE_SERVER, set={"traffic.users.rate": "90/s"}, seed=1)
server = busy.services["server"]
inside = server.busy + server.queue.mean
little = busy.throughput * busy.latency.mean
lesson.say(
    en=f"Counted: **{inside:.2f}** requests inside. Rate times time: {busy.throughput:.1f}/s x "
    f"{busy.latency.mean:.4f} s = **{little:.2f}**.",
    es=f"Contadas: **{inside:.2f}** peticiones dentro. Tasa por tiempo: {busy.throughput:.1f}/s x "
    f"{busy.latency.mean:.4f} s = **{little:.2f}**.",
)
assert abs(inside - little) < 0.02 * inside

# %% [markdown] lang="en"
# ## Predict: sixteen servers
#
# A larger shop: sixteen such servers take from **one** queue, and sixteen times as many requests come. Each server is
# busy for 90 % of the time, as a single one with 90 requests a second would be. Is the mean time `"the same"`,
# `"shorter"` or `"longer"`?

# %% [markdown] lang="es"
# ## Predice: dieciséis servidores
#
# Una tienda más grande: dieciséis servidores como ese toman peticiones de **una** sola cola, y llegan dieciséis veces
# más. Cada servidor está ocupado el 90 % del tiempo, igual que uno solo con 90 peticiones por segundo. El tiempo medio,
# ¿es `"igual"`, `"menor"` o `"mayor"`?

# %%
guess = None

# %% [markdown] lang="en"
# ## Run

# %% [markdown] lang="es"
# ## Ejecuta

# %%
SERVERS = [1, 2, 4, 8, 16]

rows = []
for servers in SERVERS:
    settings = {
        "services.server.concurrency": servers,
        "traffic.users.rate": f"{90 * servers}/s",
    }
    run = sim.run(ONE_SERVER, set=settings, seed=2, duration=f"{640 / servers}s")
    theory = MMc(90.0 * servers, SERVICE_RATE, servers)
    rows.append((servers, 1000 * run.latency.mean, 1000 * theory.time, theory.delayed))

assert rows[-1][1] < rows[0][1] / 2
lesson.reveal(guess, lesson.words(en="shorter", es="menor"))
pd.DataFrame(
    rows,
    columns=[
        lesson.words(en="servers", es="servidores"),
        lesson.words(en="simulated mean, ms", es="media simulada, ms"),
        lesson.words(en="theory (Erlang C), ms", es="teoría (Erlang C), ms"),
        lesson.words(en="share that waits", es="parte que espera"),
    ],
).round(2)

# %% [markdown] lang="en"
# ## Explain: Erlang C
#
# With c servers a request waits only if all of them are busy. That chance, C, was found by Erlang in 1917 (for
# telephone exchanges), and the mean wait is
#
# > W = C / (c μ − λ).
#
# (One run for each number of servers, of as many requests; with few servers it may be ten percent off, as we have seen.)
#
# Two things happen as c grows at the same utilization. The share of requests that wait falls, slowly. And the room,
# c μ − λ, grows with c: whatever stands in the queue is gone sooner, since c servers work it off. So **large pools may
# run hotter than small ones**, and a queue that is shared is better than one for each server. It is also why a
# service that is split into many small ones needs more room in each of them.

# %% [markdown] lang="es"
# ## Explica: Erlang C
#
# Con c servidores una petición espera solo si todos están ocupados. Esa probabilidad, C, la halló Erlang en 1917 (para
# centrales telefónicas), y la espera media es
#
# > W = C / (c μ − λ).
#
# (Una simulación por cada número de servidores, con el mismo número de peticiones; con pocos servidores puede desviarse un diez por
# ciento, como hemos visto.)
#
# Al crecer c con la misma utilización pasan dos cosas. La parte de las peticiones que espera baja, despacio. Y el margen,
# c μ − λ, crece con c: lo que hay en la cola se despacha antes, porque lo atienden c servidores. Por eso **un grupo grande
# puede trabajar más cargado que uno pequeño**, y una cola compartida es mejor que una por servidor. Por eso también un
# servicio partido en muchos pequeños necesita más margen en cada uno.

# %%
shared, apart = (
    sim.run(ONE_SERVER, set={"traffic.users.rate": "320/s", **shape}, seed=3, duration="80s")
    for shape in (
        {"services.server.concurrency": 4},
        {"services.server.replicas": 4, "defaults.balancer": "random"},
    )
)
lesson.say(
    en=f"Four servers, 320 requests a second. One queue for all: **{1000 * shared.latency.mean:.1f} ms**. A queue for each, "
    f"and whoever comes picks one at random: **{1000 * apart.latency.mean:.1f} ms**, although the work and the servers are "
    "the same. Somebody waits in one queue while another server has nothing to do. (Lesson 2 is about picking better.)",
    es=f"Cuatro servidores, 320 peticiones por segundo. Una cola para todos: **{1000 * shared.latency.mean:.1f} ms**. Una "
    f"cola por servidor, elegida al azar: **{1000 * apart.latency.mean:.1f} ms**, aunque el trabajo y los servidores sean los "
    "mismos. Alguien espera en una cola mientras otro servidor no tiene nada que hacer. (La lección 2 trata de elegir mejor.)",
)
assert apart.latency.mean > 2 * shared.latency.mean

# %% [markdown] lang="en"
# ## Try it yourself
#
# **1.** You promise a mean latency of at most five times the work (50 ms where the work is 10 ms), on one server. Up to which
# utilization can you keep that, in percent?

# %% [markdown] lang="es"
# ## Inténtalo tú
#
# **1.** Prometes una latencia media de, como mucho, cinco veces el trabajo (50 ms si el trabajo es de 10 ms), con un
# servidor. ¿Hasta qué utilización puedes cumplirlo, en tanto por ciento?

# %% tags=["answer"] right="80" wrong="90"
answer = None

lesson.check(
    answer,
    expected=80,
    within=0.5,
    unit="%",
    why={
        "en": f"S / (1 − ρ) = 5 S gives ρ = 1 − 1/5. The run at 80 % had {measured[0.8].mean:.1f} ms.",
        "es": f"S / (1 − ρ) = 5 S da ρ = 1 − 1/5. La simulación al 80 % dio {measured[0.8].mean:.1f} ms.",
    },
    hint={
        "en": "Set S / (1 − ρ) equal to 5 S, and look which room is left.",
        "es": "Iguala S / (1 − ρ) a 5 S y mira qué margen queda.",
    },
)

# %% [markdown] lang="en"
# **2.** 380 requests a second come, 10 ms of work each, to servers that share one queue. With four servers they are busy
# for 95 % of the time. How many servers are needed for a mean **wait** below 2 ms? `MMc(380.0, 100.0, 4).wait` is what
# Erlang C says for four, in seconds.

# %% [markdown] lang="es"
# **2.** Llegan 380 peticiones por segundo, de 10 ms de trabajo cada una, a servidores que comparten una cola. Cuatro
# servidores estarían ocupados el 95 % del tiempo. ¿Cuántos hacen falta para una **espera** media inferior a 2 ms?
# `MMc(380.0, 100.0, 4).wait` es lo que dice Erlang C para cuatro, en segundos.

# %% tags=["answer"] right="6" wrong="5"
answer = None

enough = next(c for c in range(4, 20) if MMc(380.0, SERVICE_RATE, c).wait < 0.002)
waits = ", ".join(f"{c}: {1000 * MMc(380.0, SERVICE_RATE, c).wait:.2f} ms" for c in (4, 5, 6))
lesson.check(
    answer,
    expected=enough,
    unit=lesson.words(en="servers", es="servidores"),
    why={
        "en": f"The wait, by servers: {waits}. Two more than four take nearly all of it away.",
        "es": f"La espera, por servidores: {waits}. Dos más que cuatro la quitan casi por completo.",
    },
    hint={
        "en": "Try `MMc(380.0, 100.0, c).wait` in a cell of your own, for c = 5, 6, ...",
        "es": "Prueba `MMc(380.0, 100.0, c).wait` en una celda tuya, con c = 5, 6, ...",
    },
)

# %% [markdown] lang="en"
# **3.** One server, 90 requests a second, 100 ms on average by theory. You buy a server that is twice as fast, and twice
# as many users come: 180 a second, and the same 90 % as before. What is the mean latency now, in milliseconds?

# %% [markdown] lang="es"
# **3.** Un servidor, 90 peticiones por segundo y, según la teoría, 100 ms de media. Compras un servidor el doble de rápido
# y llega el doble de usuarios: 180 por segundo, y el mismo 90 % de antes. ¿Cuál es ahora la latencia media, en milisegundos?

# %% tags=["answer"] right="50" wrong="100"
answer = None

faster = 1000 * MM1(180.0, 2 * SERVICE_RATE).time
lesson.check(
    answer,
    expected=faster,
    within=2.0,
    unit="ms",
    why={
        "en": "The same utilization, but the room μ − λ is twice as large: it is as if all clocks ran at double speed.",
        "es": "La misma utilización, pero el doble de margen μ − λ: es como si todos los relojes fueran al doble.",
    },
    hint={
        "en": "T = 1 / (μ − λ): what are μ and λ now?",
        "es": "T = 1 / (μ − λ): ¿cuánto valen ahora μ y λ?",
    },
)

# %% [markdown] lang="en"
# ## What to take away
#
# - Latency goes with 1 / (1 − ρ): look at the room that is left, not at how busy a server is.
# - Near saturation the noise grows as well; a mean without an interval says little there.
# - Little's law, L = λ T, needs no assumptions, and checks any measurement.
# - One queue for many servers beats many queues, and many servers may be busier than few.
#
# **Read on:** `docs/theory.md`, in which the simulator is held against formulas such as these; Harchol-Balter, *Performance
# Modeling and Design of Computer Systems* (2013), chapters 13 and 14.

# %% [markdown] lang="es"
# ## Para llevar
#
# - La latencia va con 1 / (1 − ρ): mira el margen que queda, no lo ocupado que está un servidor.
# - Cerca de la saturación crece también el ruido; allí una media sin intervalo dice poco.
# - La ley de Little, L = λ T, no supone nada y sirve para comprobar cualquier medida.
# - Una cola para muchos servidores gana a muchas colas, y muchos servidores pueden ir más cargados que pocos.
#
# **Para seguir:** `docs/theory.md`, donde el simulador se compara con fórmulas como estas; Harchol-Balter, *Performance
# Modeling and Design of Computer Systems* (2013), capítulos 13 y 14.
