# ---
# jupyter:
#   lesson:
#     es: 02-balanceadores
# ---

# %% [markdown] lang="en"
# # 2. Choosing a balancer
#
# **Aim.** A load balancer chooses the instance that gets the next request. Afterwards you can say why looking at two
# instances is so much better than looking at none, what a single slow instance does to each algorithm, and how
# to tell a difference between balancers from chance.
#
# You need: lesson 1 (utilization, and that queues are better shared).

# %% [markdown] lang="es"
# # 2. Elegir un balanceador
#
# **Objetivo.** Un balanceador de carga (*load balancer*) elige la instancia que recibe la siguiente petición. Al terminar
# sabrás decir por qué mirar dos instancias es tanto mejor que no mirar ninguna, qué le hace a cada algoritmo una sola
# instancia lenta, y cómo distinguir del azar una diferencia entre balanceadores.
#
# Necesitas: la lección 1 (la utilización, y que las colas rinden más si se comparten).

# %%
import matplotlib.pyplot as plt
import pandas as pd

import simulator as sim
from simulator.api.lesson import Lesson
from simulator.experiment.statistics import confidence_interval

# %% lang="en"
lesson = Lesson("en")

# %% lang="es"
lesson = Lesson("es")

# %% [markdown] lang="en"
# ## The scenario
#
# Fifty instances, all alike, with a queue each. A request needs 50 ms of work on average, so that each instance can
# do 20 a second and all of them 1000; 900 come. One balancer sees all requests.

# %% [markdown] lang="es"
# ## El escenario
#
# Cincuenta instancias iguales, cada una con su cola. Una petición necesita de media 50 ms de trabajo, así que cada
# instancia puede atender 20 por segundo y todas juntas 1000; llegan 900. Un solo balanceador ve todas las peticiones.

# %%
FIFTY = """
scenario: fifty-instances
seed: 2
duration: 40s
warmup: 10s
traffic:
  users: {rate: 900/s, target: shop.get}
defaults: {balancer: random}
network: {latency: 0s}
services:
  shop:
    replicas: 50
    concurrency: 1
    endpoints:
      get: [{work: {exponential: 50ms}}]
"""

blind = sim.run(FIFTY)
lesson.say(
    en=f"A balancer that draws lots (`random`): **{1000 * blind.latency.mean:.0f} ms** on average.",
    es=f"Un balanceador que echa a suertes (`random`): **{1000 * blind.latency.mean:.0f} ms** de media.",
)

# %% [markdown] lang="en"
# ## Predict
#
# `least_request` draws **two** instances instead of one, and takes the one with fewer requests under way. It does not know
# the other forty-eight. To what does the mean latency fall, in milliseconds? (The work alone takes 50.)

# %% [markdown] lang="es"
# ## Predice
#
# `least_request` saca a suertes **dos** instancias en vez de una, y se queda con la que tiene menos peticiones en curso. De
# las otras cuarenta y ocho no sabe nada. ¿A cuánto baja la latencia media, en milisegundos? (El trabajo solo son 50.)

# %%
guess = None

# %% [markdown] lang="en"
# ## Run

# %% [markdown] lang="es"
# ## Ejecuta

# %%
BALANCERS = {
    "round_robin": "round_robin",
    "least_request, 2": "least_request",
    "least_request, 3": {"least_request": {"choices": 3}},
    "least_request, all": {"least_request": {"choices": "all"}},
}
runs = {"random": blind}
for name, balancer in BALANCERS.items():
    runs[name] = sim.run(FIFTY, set={"defaults.balancer": balancer})

two = runs["least_request, 2"]
lesson.reveal(guess, 1000 * two.latency.mean, "ms")

# %%
pd.DataFrame(
    {
        lesson.words(en="balancer", es="balanceador"): list(runs),
        lesson.words(en="mean, ms", es="media, ms"): [
            1000 * each.latency.mean for each in runs.values()
        ],
        "p99, ms": [1000 * each.latency.p99 for each in runs.values()],
    }
).round(0)

# %% [markdown] lang="en"
# ## Explain: the power of two choices
#
# Draw lots among many instances, and each is an M/M/1 queue of its own: S / (1 − ρ), ten times the work at a load of
# 90 %. With d choices the queues are no longer independent; for many instances Vvedenskaya and others (1996) and
# Mitzenmacher found
#
# > T = S · Σ ρ^((dⁱ − d) / (d − 1)), for i = 1, 2, 3, ...
#
# For d = 1 the exponents are 0, 1, 2, 3, ... and the sum is 1 / (1 − ρ) again. For d = 2 they are 0, 2, 6, 14, 30, ...:
# **long queues become rare at once**, since a queue of n grows only if *both* instances that were drawn have n. The second
# choice gives nearly all of it; the third little more.

# %% [markdown] lang="es"
# ## Explica: el poder de dos opciones
#
# Si se echa a suertes entre muchas instancias, cada una es una cola M/M/1 independiente: S / (1 − ρ), diez veces el
# trabajo con una carga del 90 %. Con d opciones las colas dejan de ser independientes; para muchas instancias, Vvedenskaya y
# otros (1996) y Mitzenmacher hallaron
#
# > T = S · Σ ρ^((dⁱ − d) / (d − 1)), con i = 1, 2, 3, ...
#
# Con d = 1 los exponentes son 0, 1, 2, 3, ... y la suma vuelve a ser 1 / (1 − ρ). Con d = 2 son 0, 2, 6, 14, 30, ...:
# **las colas largas se vuelven raras de golpe**, porque una cola de n solo crece si *las dos* instancias sorteadas tienen
# n. La segunda opción (*power of two choices*) da casi toda la ganancia; la tercera, poco más.


# %%
def with_choices(d, load, work):
    """The mean time with d choices (2 or more) among very many instances, in the unit of the work."""
    return work * sum(load ** ((d**i - d) // (d - 1)) for i in range(1, 10))


theory = {1: 50.0 / (1 - 0.9), 2: with_choices(2, 0.9, 50.0), 3: with_choices(3, 0.9, 50.0)}
lesson.say(
    en=f"Theory, for very many instances: {theory[1]:.0f} ms for one choice, **{theory[2]:.0f} ms** for two, {theory[3]:.0f} ms for three. "
    f"Simulated, for fifty: {1000 * blind.latency.mean:.0f}, **{1000 * two.latency.mean:.0f}** and "
    f"{1000 * runs['least_request, 3'].latency.mean:.0f} ms. `round_robin` knows nothing of the queues either; it only deals out "
    f"evenly, and that is worth half: {1000 * runs['round_robin'].latency.mean:.0f} ms.",
    es=f"Teoría, para muchísimas instancias: {theory[1]:.0f} ms con una opción, **{theory[2]:.0f} ms** con dos, {theory[3]:.0f} ms con tres. "
    f"Simulado, con cincuenta: {1000 * blind.latency.mean:.0f}, **{1000 * two.latency.mean:.0f}** y "
    f"{1000 * runs['least_request, 3'].latency.mean:.0f} ms. `round_robin` tampoco sabe nada de las colas; solo reparte por igual, y "
    f"eso vale la mitad: {1000 * runs['round_robin'].latency.mean:.0f} ms.",
)
assert abs(1000 * two.latency.mean / theory[2] - 1) < 0.15
assert 0.35 < runs["round_robin"].latency.mean / blind.latency.mean < 0.75

# %% [markdown] lang="en"
# ## Predict: one slow instance
#
# Now the bundled scenario `one-slow`: ten instances, half of their capacity asked for, and one of them works at a fifth
# of its speed. It refuses nothing and passes its health checks. Which of these has the lowest 99th percentile:
# `"random"`, `"round_robin"`, `"least_request"` (the fewer requests of two) or `"peak_ewma"` (the lower of two,
# latency of late times requests under way)?

# %% [markdown] lang="es"
# ## Predice: una instancia lenta
#
# Ahora el escenario `one-slow`, que viene incluido: diez instancias, a las que se pide la mitad de su capacidad, y una de
# ellas trabaja a una quinta parte de su velocidad. No rechaza nada y supera sus comprobaciones de salud (*health checks*).
# ¿Cuál tiene el percentil 99 más bajo: `"random"`, `"round_robin"`, `"least_request"` (de dos, la que menos
# peticiones tiene) o `"peak_ewma"` (de dos, la de menor latencia reciente por peticiones en curso)?

# %%
guess = None

# %% [markdown] lang="en"
# ## Run, more than once
#
# `sim.compare` plays each candidate several times. In its k-th replication every balancer meets the *same* requests
# with the same work (common random numbers): what luck does to one it does to all, and their differences can be told from
# chance with few runs.

# %% [markdown] lang="es"
# ## Ejecuta, más de una vez
#
# `sim.compare` juega cada candidato varias veces. En la réplica k todos los balanceadores reciben *las mismas*
# peticiones con el mismo trabajo (*common random numbers*): lo que la suerte le hace a uno se lo hace a todos, y así
# bastan pocas réplicas para distinguir sus diferencias del azar.

# %%
NAMES = ["round_robin", "random", "least_request", "peak_ewma"]
compared = sim.compare(
    "one-slow",
    vary={"defaults.balancer": NAMES},
    replications=5,
    measure="p99",
    jobs=1,
    duration="40s",
)
found = 1000 * compared.frame()[["p99", "low", "high", "difference_low", "difference_high"]]
best = compared.best.name
lesson.reveal(guess, best)

# %%
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
axes.errorbar(
    found["p99"],
    found.index,
    xerr=[found["p99"] - found["low"], found["high"] - found["p99"]],
    fmt="o",
    capsize=4,
)
axes.set_xscale("log")
axes.invert_yaxis()
axes.set_xlabel(
    lesson.words(en="p99 (ms), with its 95 % interval", es="p99 (ms), con su intervalo del 95 %")
)
lesson.show(figure)
plt.close(figure)

# %% [markdown] lang="en"
# The axis is logarithmic: each step is ten times as much as the one before. To see whether the last two differ by more than
# chance, compare them with each other, in the same replications:

# %% [markdown] lang="es"
# El eje es logarítmico: cada paso es diez veces más que el anterior. Para ver si los dos últimos se diferencian en algo más que
# el azar, hay que compararlos entre sí, en las mismas réplicas:

# %%
runs_of = compared.replications().pivot(index="replication", columns="candidate", values="p99")
by_name = 1000 * runs_of[["least_request", "peak_ewma"]]
by_name["difference"] = by_name["peak_ewma"] - by_name["least_request"]
gain = confidence_interval(list(by_name["difference"]), 0.95)
lesson.say(
    en=f"`peak_ewma` minus `least_request`: **{gain.mean:.0f} ms**, and with 95 % confidence between {gain.low:.0f} and "
    f"{gain.high:.0f} ms. That interval does not contain 0: it is more than chance.",
    es=f"`peak_ewma` menos `least_request`: **{gain.mean:.0f} ms**, y con una confianza del 95 % entre {gain.low:.0f} y "
    f"{gain.high:.0f} ms. Ese intervalo no contiene el 0: es más que azar.",
)
assert gain.high < 0
by_name.round(1)

# %% [markdown] lang="en"
# ## Explain
#
# - `random` and `round_robin` go on giving the slow instance a tenth of the requests: 50 a second to an instance that can do
#   20. Its queue grows all the time, and a tenth of the users stands in it. The 99th percentile is then not a latency but
#   *how long the run lasted*, as the next cell shows.
# - `least_request` notices that requests **pile up** there. It needs no clock; but it always gives the slow one a bit, and whoever is
#   sent there waits.
# - `peak_ewma` also looks at **how long answers take**, and so avoids it before anything piles up.
#
# The differences *within* each replication are less noisy than the figures themselves, since both balancers met the same
# requests. That is why five replications are enough here.

# %% [markdown] lang="es"
# ## Explica
#
# - `random` y `round_robin` siguen dando a la instancia lenta una décima parte de las peticiones: 50 por segundo a una que puede
#   atender 20. Su cola no deja de crecer, y en ella está una décima parte de los usuarios. El percentil 99 deja entonces de ser una
#   latencia: es *lo que duró la simulación*, como enseña la celda siguiente.
# - `least_request` nota que allí las peticiones **se acumulan**. No necesita reloj; pero a la lenta siempre le da algo, y a quien le
#   toca, espera.
# - `peak_ewma` mira además **cuánto tardan las respuestas**, y por eso la evita antes de que se acumule nada.
#
# Las diferencias *dentro* de cada réplica tienen menos ruido que las cifras mismas, porque los dos balanceadores recibieron las
# mismas peticiones. Por eso aquí bastan cinco réplicas.

# %%
tails = {
    seconds: sim.run(
        "one-slow", set={"defaults.balancer": "round_robin"}, duration=f"{seconds}s"
    ).latency.p99
    for seconds in (30, 60)
}
lesson.say(
    en=f"`round_robin`, 99th percentile: **{tails[30]:.0f} s** in a run of 30 s, **{tails[60]:.0f} s** in one of 60 s.",
    es=f"`round_robin`, percentil 99: **{tails[30]:.0f} s** en una simulación de 30 s, **{tails[60]:.0f} s** en una de 60 s.",
)
assert tails[60] > 1.7 * tails[30]

# %%
shares = []
for name in NAMES:
    run = sim.run("one-slow", set={"defaults.balancer": name}, duration="30s")
    finished = run.frame("instance").groupby("name")["finished"].sum()
    shares.append((name, 100 * finished.min() / finished.sum()))

assert shares[3][1] < 0.5 * shares[2][1]

pd.DataFrame(
    shares,
    columns=[
        lesson.words(en="balancer", es="balanceador"),
        lesson.words(en="answers from the slow one (%)", es="respuestas de la lenta (%)"),
    ],
).round(1)

# %% [markdown] lang="en"
# These are the requests that it *finished*. It works at 20 a second of 500, 4 % of all, if it is kept busy; whatever is sent to it
# beyond that stays in its queue. `least_request` keeps it nearly busy; `peak_ewma` uses it for less than
# half of that.

# %% [markdown] lang="es"
# Estas son las peticiones que *terminó*. Atiende 20 por segundo de 500, el 4 % de todas, si siempre tiene trabajo; lo que se le
# mande de más se queda en su cola. `least_request` la tiene casi siempre ocupada; `peak_ewma` la usa para menos
# de la mitad.

# %% [markdown] lang="en"
# ## Who looks?
#
# So far one balancer saw all requests. In many systems every *caller* balances for itself, and knows only its own requests. The
# bundled scenario `herd` has fifty callers and ten instances, 85 % busy.

# %% [markdown] lang="es"
# ## ¿Quién mira?
#
# Hasta ahora un solo balanceador veía todas las peticiones. En muchos sistemas *cada cliente* balancea por su cuenta, y solo conoce
# sus propias peticiones. El escenario `herd`, que viene incluido, tiene cincuenta clientes y diez instancias, ocupadas al 85 %.

# %%
seen = {
    via: sim.run("herd", set={"defaults.via": via}, duration="30s") for via in ("proxy", "client")
}
lesson.say(
    en=f"One proxy that sees everything: **{1000 * seen['proxy'].latency.mean:.0f} ms**. Fifty clients with the same algorithm, each of "
    f"which sees a fiftieth: **{1000 * seen['client'].latency.mean:.0f} ms**. Who nearly always has no request under way himself finds "
    "all instances equally good, and draws lots.",
    es=f"Un proxy que lo ve todo: **{1000 * seen['proxy'].latency.mean:.0f} ms**. Cincuenta clientes con el mismo algoritmo, cada uno de los "
    f"cuales ve una cincuentava parte: **{1000 * seen['client'].latency.mean:.0f} ms**. A quien casi nunca tiene una petición en curso todas "
    "las instancias le parecen iguales, y echa a suertes.",
)
assert seen["client"].latency.mean > 1.5 * seen["proxy"].latency.mean

# %% [markdown] lang="en"
# ## Try it yourself
#
# **1.** By the formula above, for very many instances with a work of 50 ms and **two** choices: what is the mean time at a load of
# 95 %, in milliseconds? (`with_choices(d, load, work)` has it. With one choice it would be 1000.)

# %% [markdown] lang="es"
# ## Inténtalo tú
#
# **1.** Según la fórmula de arriba, con muchísimas instancias, un trabajo de 50 ms y **dos** opciones: ¿cuál es el tiempo medio con
# una carga del 95 %, en milisegundos? (Lo da `with_choices(d, load, work)`. Con una opción serían 1000.)

# %% tags=["answer"] right="169" wrong="500"
answer = None

lesson.check(
    answer,
    expected=with_choices(2, 0.95, 50.0),
    within=2.0,
    unit="ms",
    why={
        "en": f"At 90 % it was {theory[2]:.0f} ms. With one choice halving the room doubles the time; with two it hardly matters.",
        "es": f"Al 90 % eran {theory[2]:.0f} ms. Con una opción, la mitad de margen es el doble de tiempo; con dos apenas importa.",
    },
    hint={"en": "d = 2, load = 0.95, work = 50.0.", "es": "d = 2, load = 0.95, work = 50.0."},
)

# %% [markdown] lang="en"
# **2.** `round_robin` gives the slow instance of `one-slow` 50 requests a second, and it can do 20. How many requests are in its
# queue after 60 s, about? (Work it out; it is checked against a run.)

# %% [markdown] lang="es"
# **2.** `round_robin` da a la instancia lenta de `one-slow` 50 peticiones por segundo, y puede atender 20. ¿Cuántas peticiones hay en su
# cola a los 60 s, más o menos? (Calcúlalo; se comprueba con una simulación.)

# %% tags=["answer"] right="1800" wrong="3000"
answer = None

gauge = sim.run("one-slow", set={"defaults.balancer": "round_robin"}).frame("gauge")
longest = float(gauge["queue_max"].max())
lesson.check(
    answer,
    expected=longest,
    within=0.1 * longest,
    unit=lesson.words(en="requests", es="peticiones"),
    why={
        "en": f"30 more each second than it can do, for 60 s; the run had {longest:,.0f}.",
        "es": f"Cada segundo 30 más de las que puede atender, durante 60 s; en la simulación hubo {longest:,.0f}.",
    },
    hint={
        "en": "By how many does the queue grow in one second?",
        "es": "¿En cuántas crece la cola en un segundo?",
    },
)

# %% [markdown] lang="en"
# **3.** `least_latency` picks whoever answered fastest of late, of all ten. Try it in `one-slow`, in a cell of your own: is its
# median latency `"lower"` or `"higher"` than that of `round_robin`?

# %% [markdown] lang="es"
# **3.** `least_latency` elige a quien ha respondido más rápido últimamente, entre las diez. Pruébalo en `one-slow`, en una celda tuya:
# su latencia mediana, ¿es `"menor"` o `"mayor"` que la de `round_robin`?

# %% tags=["answer"] right="lesson.words(en='higher', es='mayor')" wrong="lesson.words(en='lower', es='menor')"
answer = None

fastest, in_turn = (
    sim.run("one-slow", set={"defaults.balancer": name})
    for name in ("least_latency", "round_robin")
)
higher = fastest.latency.p50 > in_turn.latency.p50
lesson.check(
    answer,
    expected=lesson.words(en="higher", es="mayor")
    if higher
    else lesson.words(en="lower", es="menor"),
    why={
        "en": "Everybody runs to the one that was fastest a moment ago, until it is the slowest: a herd. Latency alone is old news; "
        "`peak_ewma` multiplies it by the requests under way, which are today's.",
        "es": "Todos corren a la que era más rápida hace un momento, hasta que es la más lenta: una estampida. La latencia sola es una "
        "noticia vieja; `peak_ewma` la multiplica por las peticiones en curso, que son de hoy.",
    },
    hint={
        "en": "What happens to the fastest instance once all requests go to it, and when does the balancer learn of that?",
        "es": "¿Qué le pasa a la instancia más rápida cuando todas las peticiones van a ella, y cuándo se entera el balanceador?",
    },
)

# %% [markdown] lang="en"
# ## What to take away
#
# - Two choices instead of one make long queues rare; a third adds little.
# - Dealing out evenly is fair only among equals: one slow instance takes its share of users down.
# - What a balancer *sees* matters as much as its algorithm.
# - Compare with several replications on the same requests, and trust intervals, not single runs.
#
# **Read on:** `docs/balancers.md`; Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing" (IEEE TPDS, 2001).

# %% [markdown] lang="es"
# ## Para llevar
#
# - Dos opciones en vez de una hacen raras las colas largas; una tercera añade poco.
# - Repartir por igual solo es justo entre iguales: una instancia lenta arrastra a su parte de los usuarios.
# - Lo que un balanceador *ve* importa tanto como su algoritmo.
# - Compara con varias réplicas y las mismas peticiones, y fíate de los intervalos, no de una sola simulación.
#
# **Para seguir:** `docs/balancers.md`; Mitzenmacher, «The Power of Two Choices in Randomized Load Balancing» (IEEE TPDS, 2001).
