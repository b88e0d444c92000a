# ---
# jupyter:
#   lesson:
#     es: 03-descubrimiento
# ---

# %% [markdown] lang="en"
# # 3. Discovery: who knows that an instance is dead?
#
# **Aim.** A process that crashes tells nobody. Afterwards you can say how long callers go on asking it under several
# registries, add that time up from their settings, and choose what shortens it, or makes it not matter.
#
# You need: nothing but the idea of a registry, the phone book in which callers find the instances of a service.

# %% [markdown] lang="es"
# # 3. Descubrimiento: ¿quién sabe que una instancia ha muerto?
#
# **Objetivo.** Un proceso que se cae no avisa a nadie. Al terminar sabrás decir cuánto tiempo lo siguen llamando con
# distintos registros, sumar ese tiempo a partir de sus ajustes, y elegir qué lo acorta o hace que no importe.
#
# Necesitas: solo la idea de un registro (*service registry*), la guía de teléfonos donde quien llama encuentra las
# instancias de un servicio. *Service discovery* se llama aquí descubrimiento de servicios.

# %%
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
# `crash-eureka`, which comes with Aftershock: five callers send 50 requests a second in all to ten instances, in turn.
# After two minutes one instance is killed. The registry is Netflix's Eureka as it comes out of the box: an instance
# sends a heartbeat every 30 s; the server forgets it when 90 s have passed without one; and callers fetch the list
# every 30 s.
#
# ## Predict
#
# After how many seconds does the *last* caller stop sending to the dead instance?

# %% [markdown] lang="es"
# ## El escenario
#
# `crash-eureka`, que viene con Aftershock: cinco clientes envían en total 50 peticiones por segundo a diez instancias,
# por turnos. A los dos minutos muere una instancia. El registro es Eureka, de Netflix, tal como viene: una instancia
# manda un latido (*heartbeat*) cada 30 s; el servidor la olvida cuando pasan 90 s sin ninguno; y los clientes piden la
# lista cada 30 s.
#
# ## Predice
#
# ¿Al cabo de cuántos segundos deja el *último* cliente de llamar a la instancia muerta?

# %%
guess = None

# %% [markdown] lang="en"
# ## Run

# %% [markdown] lang="es"
# ## Ejecuta

# %%
eureka = sim.run("crash-eureka")
death = eureka.result.deaths[0]
lesson.reveal(guess, death.callers_knew_after, "s")
lesson.say(
    en=f"The registry no longer listed it after {death.registry_knew_after:.0f} s, and the last caller heard of that after "
    f"{death.callers_knew_after:.0f} s. Meanwhile {death.sent_meanwhile:,} requests went to the dead.",
    es=f"El registro dejó de anunciarla a los {death.registry_knew_after:.0f} s, y el último cliente se enteró a los "
    f"{death.callers_knew_after:.0f} s. Mientras tanto fueron a la muerta {death.sent_meanwhile:,} peticiones.",
)

# %% [markdown] lang="en"
# ## Explain: delays add up
#
# Nothing is slow here; there are just many clocks, one behind the other.
#
# | step | at least | at most |
# |---|---|---|
# | The lease runs out: 90 s after the last heartbeat, **twice** (a known mistake in Eureka's source, kept for compatibility); the last heartbeat was up to 30 s before the death | 150 s | 180 s |
# | An eviction task comes by, once in 60 s | 0 s | 60 s |
# | The server answers from a cache that it renews every 30 s | 0 s | 30 s |
# | Callers fetch the list every 30 s | 0 s | 30 s |
# | **sum** | **150 s** | **300 s** |
#
# Where in this range it ends depends on the moment of the death. So we let it die in several runs.

# %% [markdown] lang="es"
# ## Explica: los retrasos se suman
#
# Aquí nada es lento; solo hay muchos relojes, uno detrás de otro.
#
# | paso | como poco | como mucho |
# |---|---|---|
# | Vence el arrendamiento (*lease*): 90 s desde el último latido, **dos veces** (un error conocido de Eureka, que se mantiene por compatibilidad); el último latido fue hasta 30 s antes de la muerte | 150 s | 180 s |
# | Pasa la tarea que desahucia (*eviction*), una vez cada 60 s | 0 s | 60 s |
# | El servidor responde de una caché que renueva cada 30 s | 0 s | 30 s |
# | Los clientes piden la lista cada 30 s | 0 s | 30 s |
# | **suma** | **150 s** | **300 s** |
#
# En qué punto de ese intervalo acaba depende del momento de la muerte. Así que la dejamos morir en varias simulaciones.

# %%
SEEDS = range(1, 9)
times = [
    sim.run("crash-eureka", set={"traffic.users.rate": "10/s"}, seed=seed)
    .result.deaths[0]
    .callers_knew_after
    for seed in SEEDS
]
lesson.say(
    en=f"Eight deaths: the last caller knew after {min(times):.0f} to {max(times):.0f} s.",
    es=f"Ocho muertes: el último cliente lo supo entre {min(times):.0f} y {max(times):.0f} s después.",
)
assert all(150 <= time <= 300 for time in times)

# %% [markdown] lang="en"
# What does it cost? Callers that deal requests out in turn send a tenth of them to each instance. So as long as nobody
# knows, a tenth fails:
#
# > lost ≈ rate × (1 / instances) × time until the callers know

# %% [markdown] lang="es"
# ¿Qué cuesta? Quien reparte por turnos envía una décima parte a cada instancia. Mientras nadie lo sepa, falla una décima
# parte:
#
# > perdidas ≈ tasa × (1 / instancias) × tiempo hasta que los clientes lo saben

# %%
lost = eureka.result.total.finished - eureka.result.total.outcomes["ok"]
bound = 50 / 10 * death.callers_knew_after
lesson.say(
    en=f"50/s x 1/10 x {death.callers_knew_after:.0f} s = {bound:,.0f}; counted: **{lost:,}**, which is less, since "
    "the five callers do not all hear of it last.",
    es=f"50/s x 1/10 x {death.callers_knew_after:.0f} s = {bound:,.0f}; contadas: **{lost:,}**, algo menos, porque "
    "no todos los clientes se enteran los últimos.",
)
assert 0.7 * bound < lost <= 1.05 * bound

# %% [markdown] lang="en"
# ## Other registries
#
# The same death under other registries, each as it comes out of the box. Before you run it: which one is the fastest, and
# which one never notices?

# %% [markdown] lang="es"
# ## Otros registros
#
# La misma muerte con otros registros, cada uno tal como viene. Antes de ejecutarlo: ¿cuál es el más rápido, y cuál no se
# entera nunca?

# %%
REGISTRIES = ["static", "eureka", "dns", "etcd", "consul", "kubernetes"]
runs = {kind: sim.run("crash-eureka", set={"registry": {"kind": kind}}) for kind in REGISTRIES}
deaths = {kind: run.result.deaths[0] for kind, run in runs.items()}
pd.DataFrame(
    {
        lesson.words(en="registry", es="registro"): REGISTRIES,
        lesson.words(en="registry knew after, s", es="el registro lo supo tras, s"): [
            each.registry_knew_after for each in deaths.values()
        ],
        lesson.words(en="last caller knew after, s", es="el último cliente lo supo tras, s"): [
            each.callers_knew_after for each in deaths.values()
        ],
        lesson.words(en="sent to the dead", es="enviadas a la muerta"): [
            each.sent_meanwhile for each in deaths.values()
        ],
        lesson.words(en="availability, %", es="disponibilidad, %"): [
            100 * run.availability for run in runs.values()
        ],
    }
).round(2).astype(object).fillna(lesson.words(en="never", es="nunca"))


# %%
def failures(run):
    """Requests that failed in each second since the death."""
    frame = run.frame("traffic")
    frame = frame.assign(failed=frame["finished"] - frame["ok"], second=frame["time"] // 10 * 10)
    per_second = frame.groupby("second")["failed"].sum() / 10
    return per_second[per_second.index < 480]


figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
for kind in ("static", "eureka", "dns", "consul"):
    series = failures(runs[kind])
    axes.step(series.index - 120, series, where="post", label=kind)
axes.set_xlabel(lesson.words(en="seconds after the death (s)", es="segundos tras la muerte (s)"))
axes.set_xlim(-20, 360)
axes.set_ylabel(lesson.words(en="failures (1/s)", es="fallos (1/s)"))
axes.legend()
lesson.show(figure)
plt.close(figure)

# %% [markdown] lang="en"
# - `static` is a list in a file: nobody ever takes anything out of it.
# - `dns` keeps answers for a TTL, after a checker has given up: two clocks, and both are slow by default.
# - `etcd` counts leases as Eureka does, but of 10 s, and tells watchers at once.
# - `consul` has an agent beside each instance that *asks*, and a closed port is an answer.
# - `kubernetes` sees the container exit: nobody has to wait for silence.
#
# **Waiting for silence is slow; noticing an event is fast.** And a list that callers fetch is older than one that is
# pushed to them.

# %% [markdown] lang="es"
# - `static` es una lista en un fichero: nadie saca nunca nada de ella.
# - `dns` guarda las respuestas durante un TTL, después de que un comprobador se haya rendido: dos relojes, y de fábrica los
#   dos son lentos.
# - `etcd` cuenta arrendamientos como Eureka, pero de 10 s, y avisa al momento a quien mira.
# - `consul` tiene junto a cada instancia un agente que *pregunta*, y un puerto cerrado es una respuesta.
# - `kubernetes` ve terminar el contenedor: nadie tiene que esperar al silencio.
#
# **Esperar al silencio es lento; notar un suceso es rápido.** Y una lista que el cliente va a buscar es más vieja que una
# que le envían.

# %%
assert deaths["static"].callers_knew_after is None
assert deaths["eureka"].callers_knew_after > deaths["dns"].callers_knew_after
assert deaths["dns"].callers_knew_after > deaths["etcd"].callers_knew_after
assert deaths["kubernetes"].callers_knew_after < 5

# %% [markdown] lang="en"
# ## Predict: looking for oneself
#
# Callers need not wait for the registry. With *outlier detection* each caller watches its own calls, and after five
# failures in a row leaves an instance alone for a while. Eureka stays as slow as it is. After how many seconds has the
# last of the five callers put the dead instance aside for the first time?

# %% [markdown] lang="es"
# ## Predice: mirar uno mismo
#
# Los clientes no tienen por qué esperar al registro. Con la detección de anomalías (*outlier detection*) cada cliente
# observa sus propias llamadas, y tras cinco fallos seguidos deja en paz a una instancia durante un rato. Eureka sigue
# siendo igual de lento. ¿Al cabo de cuántos segundos ha apartado a la muerta por primera vez el último de los cinco clientes?

# %%
guess = None

# %% [markdown] lang="en"
# ## Run

# %% [markdown] lang="es"
# ## Ejecuta

# %%
DEFENCES = {
    "-": {},
    "outlier": {"defaults.outlier": {"max_ejection_percent": "50%"}},
    "health_check": {"defaults.health_check": {"interval": "5s"}},
    "retry": {"defaults.retry": {"attempts": 2, "another_instance": True}},
}
defended = {name: sim.run("crash-eureka", set=settings) for name, settings in DEFENCES.items()}
ejections = [
    entry.time - 120
    for entry in defended["outlier"].result.log
    if entry.kind == "choice" and entry.detail == "ejected"
]
lesson.reveal(guess, ejections[4], "s")
pd.DataFrame(
    {
        lesson.words(en="what callers do", es="qué hacen los clientes"): list(defended),
        lesson.words(en="sent to the dead", es="enviadas a la muerta"): [
            each.result.deaths[0].sent_meanwhile for each in defended.values()
        ],
        lesson.words(en="availability, %", es="disponibilidad, %"): [
            100 * each.availability for each in defended.values()
        ],
    }
).round(2)

# %% [markdown] lang="en"
# ## Explain
#
# - **Outlier detection** is passive: it learns from real requests that fail. Each of the five callers sends one request a
#   second to each instance (50 / 5 / 10), so that five failures take about five seconds. The instance comes
#   back on probation after 30 s, and each caller needs five more failures to be convinced again.
# - **Health checks** are active: they cost requests of their own all the time, and no user's. A check every 5 s, and three
#   in a row must fail: 10 to 15 s.
# - **A retry on another instance** does not shorten anything. The dead are asked as often as before, or more, and yet no user
#   notices, since the second instance is well. That is what retries are for; lesson 5 shows when they turn against you.
#
# Each of them sees something else: the registry hears heartbeats, a health check sees an endpoint, and outlier detection
# what users see. An instance that is alive but answers with errors is noticed by the last alone.

# %% [markdown] lang="es"
# ## Explica
#
# - **La detección de anomalías** es pasiva: aprende de peticiones reales que fallan. Cada uno de los cinco clientes manda
#   una petición por segundo a cada instancia (50 / 5 / 10), así que cinco fallos tardan unos cinco segundos. La instancia
#   vuelve a prueba a los 30 s, y cada cliente necesita otros cinco fallos para convencerse de nuevo.
# - **Las comprobaciones de salud** (*health checks*) son activas: cuestan todo el tiempo peticiones propias, y ninguna de un
#   usuario. Una cada 5 s, y tienen que fallar tres seguidas: de 10 a 15 s.
# - **Un reintento en otra instancia** no acorta nada. A la muerta se la llama tanto como antes, o más, y aun así ningún
#   usuario lo nota, porque la segunda instancia está bien. Para eso están los reintentos; la lección 5 enseña cuándo se
#   vuelven contra uno.
#
# Cada uno ve otra cosa: el registro oye latidos, la comprobación de salud ve un *endpoint*, y la detección de anomalías lo
# que ven los usuarios. Una instancia viva que responde con errores solo la nota esta última.

# %%
assert defended["retry"].availability > 0.9999
assert defended["outlier"].availability > defended["-"].availability + 0.02
assert 3 < ejections[4] < 8

# %% [markdown] lang="en"
# ## Try it yourself
#
# **1.** A service of 20 instances gets 400 requests a second, in turn, and nobody retries. One instance dies, and it takes
# 90 s until all callers know. How many requests fail, about?

# %% [markdown] lang="es"
# ## Inténtalo tú
#
# **1.** Un servicio de 20 instancias recibe 400 peticiones por segundo, por turnos, y nadie reintenta. Muere una
# instancia, y pasan 90 s hasta que lo saben todos los clientes. ¿Cuántas peticiones fallan, más o menos?

# %% tags=["answer"] right="1800" wrong="36000"
answer = None

lesson.check(
    answer,
    expected=400 / 20 * 90,
    within=20,
    unit=lesson.words(en="requests", es="peticiones"),
    why={
        "en": "400/s, a twentieth of them to each instance, for 90 s. Twice the instances would halve it.",
        "es": "400/s, una veinteava parte a cada instancia, durante 90 s. Con el doble de instancias sería la mitad.",
    },
    hint={
        "en": "Which share of the requests goes to one instance?",
        "es": "¿Qué parte de las peticiones va a una instancia?",
    },
)

# %% [markdown] lang="en"
# **2.** You have DNS, and answers may be kept for 5 s. The checker asks every instance once in `check_interval`, and takes it
# out after three failures in a row. Give a `check_interval`, in seconds, with which the last caller knows within 30 s; your
# answer is tried in three runs. (A checker that asks more often costs more: find a large one.)

# %% [markdown] lang="es"
# **2.** Tienes DNS, y las respuestas se pueden guardar 5 s. El comprobador pregunta a cada instancia una vez por
# `check_interval`, y la quita tras tres fallos seguidos. Da un `check_interval`, en segundos, con el que el último
# cliente lo sepa en menos de 30 s; tu respuesta se prueba en tres simulaciones. (Preguntar más a menudo cuesta más: busca uno grande.)

# %% tags=["answer"] right="8" wrong="20"
answer = None


def known_in_time(interval):
    """Whether all callers know within 30 s, in each of three runs."""
    dns = {"kind": "dns", "ttl": "5s", "check_interval": f"{interval}s"}
    settings = {"registry": dns, "traffic.users.rate": "10/s"}
    found = [
        sim.run("crash-eureka", set=settings, seed=seed).result.deaths[0] for seed in (1, 2, 3)
    ]
    after = [each.callers_knew_after for each in found]
    lesson.say(
        en="Seconds until the last caller knew: " + ", ".join(f"{time:.1f}" for time in after),
        es="Segundos hasta que lo supo el último cliente: "
        + ", ".join(f"{time:.1f}" for time in after),
    )
    return max(after) <= 30


lesson.check(
    answer,
    expected=known_in_time,
    unit="s",
    why={
        "en": "The first check comes within one interval, two more after it, and then an answer is kept for 5 s: three intervals and 5 s at most.",
        "es": "La primera comprobación llega en un intervalo, luego otras dos, y la respuesta se guarda 5 s: tres intervalos y 5 s como mucho.",
    },
    hint={
        "en": "Add up: up to one interval until the first check, two more until the third, and the TTL.",
        "es": "Suma: hasta un intervalo para la primera comprobación, dos más hasta la tercera, y el TTL.",
    },
)

# %% [markdown] lang="en"
# **3.** Which line of the table above kept *every* user from seeing the death: `"outlier"`, `"health_check"` or `"retry"`?

# %% [markdown] lang="es"
# **3.** ¿Qué línea de la tabla de arriba evitó que *ningún* usuario viera la muerte: `"outlier"`, `"health_check"` o `"retry"`?

# %% tags=["answer"] right="'retry'" wrong="'outlier'"
answer = None

lesson.check(
    answer,
    expected=max(DEFENCES, key=lambda name: defended[name].availability),
    why={
        "en": "It needs to know nothing; but it asks the dead as often as before, and each such call takes time.",
        "es": "No necesita saber nada; pero llama a la muerta tanto como antes, y cada llamada así cuesta tiempo.",
    },
    hint={
        "en": "Both others have to see some calls fail before they act, or take time to look. Whose users pay for it?",
        "es": "Las otras dos tienen que ver fallar llamadas antes de actuar, o tardan en mirar. ¿Qué usuarios lo pagan?",
    },
)

# %% [markdown] lang="en"
# ## What to take away
#
# - The time until callers know is a sum of clocks: write it down for your own registry, with its settings.
# - Silence takes long to notice; an event, a closed port or a failed call is noticed soon.
# - What is lost is rate × share × time: more instances make each death smaller.
# - Registry, health checks, outlier detection and retries cover different things; use more than one.
#
# **Read on:** `docs/discovery.md`, with the sums for every registry; `aftershock run eureka-partition` for a registry that is
# itself in trouble.

# %% [markdown] lang="es"
# ## Para llevar
#
# - El tiempo hasta que los clientes lo saben es una suma de relojes: escríbela para tu registro, con sus ajustes.
# - El silencio tarda en notarse; un suceso, un puerto cerrado o una llamada fallida se notan pronto.
# - Lo perdido es tasa × parte × tiempo: con más instancias cada muerte es más pequeña.
# - Registro, comprobaciones de salud, detección de anomalías y reintentos cubren cosas distintas; usa más de una.
#
# **Para seguir:** `docs/discovery.md`, con las sumas de cada registro; `aftershock run eureka-partition`, donde es el
# registro mismo el que está en apuros.
