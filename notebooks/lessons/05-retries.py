# ---
# jupyter:
#   lesson:
#     es: 05-reintentos
# ---

# %% [markdown] lang="en"
# # 5. Retries and metastability
#
# **Aim.** A retry mends the odd failure, and multiplies the load on the worst day. Afterwards you can say by how much,
# recognize an outage that stays after its cause has gone (a *metastable failure*), and choose what ends it.
#
# You need: lessons 1 and 4.

# %% [markdown] lang="es"
# # 5. Reintentos y metaestabilidad
#
# **Objetivo.** Un reintento (*retry*) arregla el fallo suelto, y multiplica la carga el peor día. Al terminar sabrás decir
# por cuánto, reconocer una avería que sigue cuando su causa ya no está (un *fallo metaestable*), y elegir qué la termina.
#
# Necesitas: las lecciones 1 y 4.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import simulator as sim
from simulator.api.lesson import Lesson
from simulator.experiment.theory.retries import expected_attempts, success, worst_amplification

# %% lang="en"
lesson = Lesson("en")

# %% lang="es"
lesson = Lesson("es")

# %% [markdown] lang="en"
# ## What a retry costs
#
# A page that fails by chance, and users who try up to three times. If an attempt fails with probability p, whatever the
# attempts before it did, then
#
# > attempts = 1 + p + p², and served = 1 − p³.

# %% [markdown] lang="es"
# ## Lo que cuesta un reintento
#
# Una página que falla por azar, y usuarios que lo intentan hasta tres veces. Si un intento falla con probabilidad p, hicieran
# lo que hicieran los anteriores,
#
# > intentos = 1 + p + p², y atendidos = 1 − p³.

# %%
THREE_ATTEMPTS = """
scenario: three-attempts
seed: 5
duration: 100s
warmup: 5s
traffic:
  users: {rate: 50/s, target: shop.page, retry: {attempts: 3, backoff: 10ms}}
services:
  shop:
    endpoints:
      page: [{work: 5ms}, {fail: 10%}]
"""
rows = []
for failing in (1, 10, 50, 100):
    run = sim.run(THREE_ATTEMPTS, set={"services.shop.endpoints.page.1.fail": f"{failing}%"})
    p = failing / 100
    attempts = run.result.total.attempts_per_request
    rows.append(
        (failing, attempts, expected_attempts(2, p), 100 * run.availability, 100 * success(2, p))
    )
    assert abs(attempts - expected_attempts(2, p)) < 0.05
pd.DataFrame(
    rows,
    columns=[
        lesson.words(en="an attempt fails (%)", es="falla un intento (%)"),
        lesson.words(en="attempts", es="intentos"),
        lesson.words(en="theory", es="teoría"),
        lesson.words(en="served (%)", es="atendidos (%)"),
        lesson.words(en="theory (%)", es="teoría (%)"),
    ],
).round(2)

# %% [markdown] lang="en"
# When little fails, retries cost nearly nothing and mend nearly everything. When everything fails they mend nothing and
# triple the load. **They are cheap when they are needed least.**
#
# ## Predict
#
# In the bundled scenario `three-tiers` a shop asks orders, orders ask a ledger, the ledger asks a database, and each of the
# three tries up to three times. If every query fails, how many reach the database for each request of a buyer?

# %% [markdown] lang="es"
# Cuando falla poco, los reintentos casi no cuestan nada y lo arreglan casi todo. Cuando falla todo, no arreglan nada y
# triplican la carga. **Son baratos cuando menos falta hacen.**
#
# ## Predice
#
# En el escenario `three-tiers`, que viene incluido, una tienda llama a pedidos, pedidos a un libro de cuentas y este a una
# base de datos, y cada uno de los tres lo intenta hasta tres veces. Si fallan todas las consultas, ¿cuántas llegan a la base
# de datos por cada petición de un comprador?

# %%
guess = None

# %%
broken = sim.run(
    "three-tiers",
    set={"traffic.buyers.deadline": None, "services.db.endpoints.write": [{"fail": "100%"}]},
)
edges = {edge.callee: edge for edge in broken.result.edges}
per_request = edges["db.write"].attempts / edges["shop.buy"].calls
lesson.reveal(guess, per_request, lesson.words(en="queries", es="consultas"))
lesson.say(
    en=f"3 x 3 x 3 = {worst_amplification(3, 2)}. Nobody has written that number into any file.",
    es=f"3 x 3 x 3 = {worst_amplification(3, 2)}. Nadie ha escrito ese número en ningún fichero.",
)
assert abs(per_request - worst_amplification(3, 2)) < 1

# %% [markdown] lang="en"
# ## An outage that stays
#
# A database does C = 60 queries a second, three at a time and 50 ms each, in order of arrival. L = 56 come. Callers give up
# after T = 1 s; the database does not know of that and works on. At second 40 it stands still for D = 10 s, and then it is as
# well as before.
#
# ## Predict
#
# After the pause 56 x 10 = 560 queries are waiting, and 60 - 56 = 4 a second are worked off beyond what comes. Without retries:
# how many seconds after the end of the pause are answers in time again?

# %% [markdown] lang="es"
# ## Una avería que se queda
#
# Una base de datos atiende C = 60 consultas por segundo, tres a la vez y 50 ms cada una, por orden de llegada. Llegan L = 56.
# Los clientes abandonan tras T = 1 s; la base de datos no se entera y sigue trabajando. En el segundo 40 se queda parada
# D = 10 s, y después está tan bien como antes.
#
# ## Predice
#
# Tras la pausa esperan 56 x 10 = 560 consultas, y cada segundo se despachan 60 - 56 = 4 más de las que llegan. Sin reintentos:
# ¿cuántos segundos después del final de la pausa vuelven a llegar a tiempo las respuestas?

# %%
guess = None

# %%
DATABASE = """
scenario: small-database
seed: 1
duration: 240s
warmup: 10s
traffic:
  users:
    rate: 56/s
    target: db.query
    timeout: 1s
    retry: null
network: {latency: 0s}
services:
  db:
    concurrency: 3
    endpoints:
      query: [{work: 50ms}]
faults:
  - {name: pause, at: 40s, for: 10s, slow: {service: db, speed: 0.01%}}
"""
ONCE_MORE = {"attempts": 2, "backoff": "0s"}


def queue(run):
    """How many queries wait, second by second."""
    return run.frame("gauge").groupby("time")["queue_mean"].sum()


def in_time_again(run, capacity=60, patience=1.0):
    """Seconds from the end of the pause until the wait is below the callers' patience; None for never."""
    waiting = queue(run)
    short = waiting[(waiting.index > 50) & (waiting < capacity * patience)]
    return None if short.empty else float(short.index[0]) - 50


plain = sim.run(DATABASE)
lesson.reveal(guess, in_time_again(plain), "s")
plain.plot.recovery(size="column", lang=lesson.language)

# %% [markdown] lang="en"
# ## Explain
#
# The queue must come down to C T, those that can be served within T:
#
# > t = (L D − C T) / (C − L) = (560 − 60) / 4 = 125 s.
#
# One run may be off by some tens of seconds: four a second is a small difference between two large and random numbers. A pause
# of ten seconds has cost two minutes, and nobody did anything wrong yet.
#
# ## Predict
#
# Now callers try once more, at once, when they have given up. How many seconds does it take? (Or is it `"never"`?)

# %% [markdown] lang="es"
# ## Explica
#
# La cola tiene que bajar hasta C T, las que se pueden atender dentro de T:
#
# > t = (L D − C T) / (C − L) = (560 − 60) / 4 = 125 s.
#
# Una simulación puede desviarse unas decenas de segundos: cuatro por segundo es la pequeña diferencia de dos números grandes y
# aleatorios. Una pausa de diez segundos ha costado dos minutos, y nadie ha hecho todavía nada mal.
#
# ## Predice
#
# Ahora los clientes lo intentan una vez más, al momento, cuando han abandonado. ¿Cuántos segundos tarda? (¿O es `"nunca"`?)

# %%
guess = None

# %%
storm = sim.run(DATABASE, set={"traffic.users.retry": ONCE_MORE})
after = in_time_again(storm)
assert after is None
lesson.reveal(guess, lesson.words(en="never", es="nunca"))

figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5), sharex=True, layout="constrained")
for run, name in (
    (plain, lesson.words(en="no retry", es="sin reintento")),
    (storm, lesson.words(en="one retry", es="un reintento")),
):
    good = run.frame("traffic").groupby("time")["ok"].sum().rolling(5).mean()
    above.plot(good.index, good, label=name)
    waiting = queue(run)
    below.plot(waiting.index, waiting)
for axes in (above, below):
    axes.axvspan(40, 50, color="0.9")
    axes.set_ylim(bottom=0)
above.set_ylabel(lesson.words(en="answers in time (1/s)", es="respuestas a tiempo (1/s)"))
above.legend(loc="center")
below.set_ylabel(lesson.words(en="queries waiting", es="consultas en cola"))
below.set_xlabel(lesson.words(en="time (s)", es="tiempo (s)"))
lesson.show(figure)
plt.close(figure)

# %% [markdown] lang="en"
# ## Explain: two states that hold themselves up
#
# Whoever joins a queue that is longer than T gives up and comes again. So 2 L = 112 a second arrive, and C = 60 leave. The queue
# grows, each answer comes too late, and each late answer causes the next retry. The database is well and busy for 100 % of the
# time, with work that nobody waits for. The pause has pushed the system from one state that holds itself up into another, and
# it will not come back by itself: a **metastable failure** (Bronson and others, 2021).

# %% [markdown] lang="es"
# ## Explica: dos estados que se sostienen solos
#
# Quien entra en una cola más larga que T abandona y vuelve. Así llegan 2 L = 112 por segundo y salen C = 60. La cola crece, todas
# las respuestas llegan tarde, y cada respuesta tardía causa el siguiente reintento. La base de datos está sana y ocupada el
# 100 % del tiempo, con trabajo que nadie espera. La pausa ha empujado el sistema de un estado que se sostiene solo a otro, y no
# volverá por sí mismo: un **fallo metaestable** (*metastable failure*; Bronson y otros, 2021).

# %%
verdict = storm.result.metastability
lesson.say(
    en=f"The run says so itself: metastable: **{verdict.metastable}**; {verdict.goodput_before:.0f} good answers a second before the "
    f"pause, **{verdict.goodput_after:.0f}** at the end, and {verdict.attempts_after:.2f} attempts for each request.",
    es=f"La simulación misma lo dice: metaestable: **{'sí' if verdict.metastable else 'no'}**; {verdict.goodput_before:.0f} respuestas buenas por segundo "
    f"antes de la pausa, **{verdict.goodput_after:.0f}** al final, y {verdict.attempts_after:.2f} intentos por petición.",
)
assert verdict.metastable

# %% [markdown] lang="en"
# ## Where is the boundary?
#
# With two attempts 2 L must be below C for the queue to shrink: L < C/2 = 30 a second, half of the capacity. Then it takes
#
# > t = (2 L D − C T) / (C − 2 L)
#
# after the pause, ever longer as L comes near the boundary. The good state shows nothing of that: up to L = 59 all is well, on all
# days but one.

# %% [markdown] lang="es"
# ## ¿Dónde está la frontera?
#
# Con dos intentos, 2 L tiene que ser menor que C para que la cola baje: L < C/2 = 30 por segundo, la mitad de la capacidad.
# Entonces tarda
#
# > t = (2 L D − C T) / (C − 2 L)
#
# desde la pausa, cada vez más a medida que L se acerca a la frontera. En el estado bueno no se nota nada: hasta L = 59 todo va
# bien, todos los días menos uno.

# %%
rows = []
for load in (20, 24, 26, 35, 45):
    settings = {"traffic.users.retry": ONCE_MORE, "traffic.users.rate": f"{load}/s"}
    run = sim.run(DATABASE, set=settings)
    theory = (2 * load * 10 - 60) / (60 - 2 * load) if load < 30 else None
    rows.append((load, in_time_again(run), theory, run.result.metastability.metastable))
    assert run.result.metastability.metastable == (load > 30)
pd.DataFrame(
    rows,
    columns=[
        lesson.words(en="load (1/s)", es="carga (1/s)"),
        lesson.words(en="in time again after (s)", es="a tiempo otra vez tras (s)"),
        lesson.words(en="theory (s)", es="teoría (s)"),
        lesson.words(en="metastable", es="metaestable"),
    ],
).round(1)

# %% [markdown] lang="en"
# ## What ends it
#
# Anything that makes less come in than goes out, or makes the work count again. Before you run it: which of these do **not** help?

# %% [markdown] lang="es"
# ## Qué la termina
#
# Todo lo que haga que entre menos de lo que sale, o que el trabajo vuelva a servir para algo. Antes de ejecutarlo: ¿cuáles de
# estos **no** ayudan?

# %%
RETRY = "traffic.users.retry"
REMEDIES = {
    lesson.words(en="none", es="ninguno"): {},
    lesson.words(en="wait 5 s before the retry", es="esperar 5 s antes de reintentar"): {
        f"{RETRY}.backoff": "5s"
    },
    lesson.words(en="budget: 20 % retries", es="presupuesto: 20 % de reintentos"): {
        f"{RETRY}.budget": {"finagle": {"percent_can_retry": "20%", "min_retries_per_sec": 0}}
    },
    lesson.words(en="budget by success (gRPC)", es="presupuesto según el éxito (gRPC)"): {
        f"{RETRY}.budget": {"grpc": {"max_tokens": 20, "token_ratio": 0.1}}
    },
    lesson.words(en="short queue: 40", es="cola corta: 40"): {"services.db.queue": 40},
    lesson.words(en="newest first", es="primero la más nueva"): {
        "services.db.queue": {"order": "adaptive_lifo"}
    },
}
remedied = {
    name: sim.run(DATABASE, set={RETRY: ONCE_MORE, **settings})
    for name, settings in REMEDIES.items()
}
pd.DataFrame(
    {
        lesson.words(en="remedy", es="remedio"): list(remedied),
        lesson.words(en="metastable", es="metaestable"): [
            run.result.metastability.metastable for run in remedied.values()
        ],
        lesson.words(en="good answers at the end (1/s)", es="respuestas buenas al final (1/s)"): [
            run.result.metastability.goodput_after for run in remedied.values()
        ],
    }
).round(1)

# %% [markdown] lang="en"
# ## Explain
#
# - **Backoff** only puts off what comes all the same: the number of attempts a second does not change. (It helps against a burst
#   of retries in one moment, above all with jitter.)
# - **A budget** bounds the extra load. A fifth more than 56 is 67 a second, more than the 60 that can be done: too much *here*.
#   gRPC's budget falls with every failure and grows with every success, so in an outage there are hardly any retries at all.
# - **A short queue** refuses at once whoever would wait too long. Work that is done is done for somebody who is still there.
# - **Newest first** serves those who have just come, and so are still there. The old ones have gone anyway.

# %% [markdown] lang="es"
# ## Explica
#
# - **Esperar antes de reintentar** (*backoff*) solo aplaza lo que llega igualmente: no cambia el número de intentos por segundo.
#   (Ayuda contra una ráfaga de reintentos en un mismo momento, sobre todo con *jitter*.)
# - **Un presupuesto** (*retry budget*) limita la carga añadida. Una quinta parte más que 56 son 67 por segundo, más que los 60 que
#   se pueden atender: *aquí* es demasiado. El de gRPC baja con cada fallo y sube con cada éxito, así que en plena avería apenas
#   quedan reintentos.
# - **Una cola corta** rechaza al momento a quien esperaría demasiado. El trabajo que se hace es para alguien que sigue ahí.
# - **Primero la más nueva** (*LIFO*) atiende a quien acaba de llegar, y por eso sigue ahí. Las viejas ya se han ido de todos modos.

# %%
ended = [not run.result.metastability.metastable for run in remedied.values()]
assert ended == [False, False, False, True, True, True]

# %% [markdown] lang="en"
# ## Try it yourself
#
# **1.** Callers make up to **three** attempts instead of two, and the database still does 60 queries a second. Up to which load, in
# requests a second, does the system come back by itself?

# %% [markdown] lang="es"
# ## Inténtalo tú
#
# **1.** Los clientes hacen hasta **tres** intentos en vez de dos, y la base de datos sigue atendiendo 60 consultas por
# segundo. ¿Hasta qué carga, en peticiones por segundo, se recupera el sistema por sí mismo?

# %% tags=["answer"] right="20" wrong="30"
answer = None

lesson.check(
    answer,
    expected=60 / 3,
    within=0.5,
    unit="1/s",
    why={
        "en": "C / n. A third attempt makes a third of the capacity the safe limit, for a gain that hardly shows on good days.",
        "es": "C / n. Un tercer intento deja el límite seguro en un tercio de la capacidad, por una ganancia que en los días buenos apenas se nota.",
    },
    hint={
        "en": "In the bad state everybody comes n times. When does the queue still get shorter?",
        "es": "En el estado malo todos vienen n veces. ¿Cuándo sigue bajando la cola?",
    },
)

# %% [markdown] lang="en"
# **2.** The longest queue that still helps: give a number of places for which the system comes back (at 56 a second, with one
# retry) **and** which is at least 30, so that a burst finds room. Your answer is played.

# %% [markdown] lang="es"
# **2.** La cola más larga que aún ayuda: da un número de plazas con el que el sistema se recupere (con 56 por segundo y un
# reintento) **y** que sea al menos 30, para que una ráfaga encuentre sitio. Tu respuesta se simula.

# %% tags=["answer"] right="50" wrong="100"
answer = None


def comes_back(places):
    """Whether the system comes back with so many places to wait in."""
    run = sim.run(DATABASE, set={RETRY: ONCE_MORE, "services.db.queue": int(places)})
    found = run.result.metastability
    lesson.say(
        en=f"Played with {places} places: {found.goodput_after:.1f} good answers a second at the end.",
        es=f"Jugado con {places} plazas: {found.goodput_after:.1f} respuestas buenas por segundo al final.",
    )
    return places >= 30 and not found.metastable


lesson.check(
    answer,
    expected=comes_back,
    unit=lesson.words(en="places", es="plazas"),
    why={
        "en": "Whoever is let in waits places / C seconds at most, and that has to be less than T = 1 s: fewer than 60.",
        "es": "Quien entra espera como mucho plazas / C segundos, y eso tiene que ser menos que T = 1 s: menos de 60.",
    },
    hint={
        "en": "How long does the last one in the queue wait, if 60 a second are served? And how long does he want to wait?",
        "es": "¿Cuánto espera el último de la cola, si se atienden 60 por segundo? ¿Y cuánto está dispuesto a esperar?",
    },
)

# %% [markdown] lang="en"
# **3.** Now 50 a second come. Give a percentage of retries that a budget may allow so that the system comes back within the
# four minutes that are played. (Mind that the queue must get shorter, not just stay.) Allow as many as you dare.

# %% [markdown] lang="es"
# **3.** Ahora llegan 50 por segundo. Da un porcentaje de reintentos que pueda permitir un presupuesto para que el sistema se
# recupere en los cuatro minutos que se simulan. (La cola tiene que bajar, no solo dejar de crecer.) Permite cuantos te atrevas.

# %% tags=["answer"] right="8" wrong="30"
answer = None


def affordable(percent):
    """Whether the system comes back if so many retries are allowed."""
    finagle = {"percent_can_retry": f"{percent}%", "min_retries_per_sec": 0}
    settings = {RETRY: {**ONCE_MORE, "budget": {"finagle": finagle}}, "traffic.users.rate": "50/s"}
    run = sim.run(DATABASE, set=settings)
    return percent > 0 and not run.result.metastability.metastable


lesson.check(
    answer,
    expected=affordable,
    unit="%",
    why={
        "en": f"{100 * (60 / 50 - 1):.0f} % more is all the room there is, and what the budget takes of it makes the recovery longer.",
        "es": f"Un {100 * (60 / 50 - 1):.0f} % más es todo el margen que hay, y lo que el presupuesto toma de él alarga la recuperación.",
    },
    hint={
        "en": "50 a second and so many percent more: is that below 60, with room to spare?",
        "es": "50 por segundo y ese tanto por ciento más: ¿queda por debajo de 60, con holgura?",
    },
)

# %% [markdown] lang="en"
# ## What to take away
#
# - Retries cost (1 − pⁿ) / (1 − p) attempts: nothing on good days, n times the load on the worst, and tiers multiply.
# - Above C / n a system is vulnerable: it runs well until something pushes it, and then stays down.
# - Retry in one tier, with a budget that shrinks when things fail; bound queues by what callers will wait.
# - When the cause is gone and the outage is not, look for what feeds it, and turn load away.
#
# **Read on:** `docs/lessons/metastable.md` and `docs/lessons/three-tiers.md`; Bronson, Aghayev, Charapko, Zhu, "Metastable
# Failures in Distributed Systems" (HotOS 2021).

# %% [markdown] lang="es"
# ## Para llevar
#
# - Los reintentos cuestan (1 − pⁿ) / (1 − p) intentos: nada en los días buenos, n veces la carga en el peor, y los niveles se
#   multiplican.
# - Por encima de C / n un sistema es vulnerable: va bien hasta que algo lo empuja, y entonces se queda caído.
# - Reintenta en un solo nivel, con un presupuesto que se encoja cuando las cosas fallan; limita las colas a lo que la gente espera.
# - Si la causa ya no está y la avería sí, busca qué la alimenta, y rechaza carga.
#
# **Para seguir:** `docs/lessons/metastable.md` y `docs/lessons/three-tiers.md`; Bronson, Aghayev, Charapko, Zhu, «Metastable
# Failures in Distributed Systems» (HotOS 2021).
