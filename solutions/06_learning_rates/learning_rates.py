# %% [markdown]
# # 06 Learning rates
#
# In lesson 05 the learning rate was a number that we handed in. This lesson asks how large it may
# be, why there is a sharp limit, and how a descent can get more out of the same gradients.
#
# **You will be able to**
# - tell from a loss curve whether a rate is too small, right or too large,
# - derive the largest stable rate of a bowl, and confirm it with your own step,
# - explain why narrow valleys make descent slow, and what the data have to do with it,
# - lower the rate during training by two schedules,
# - write momentum and Adam, and say what each of their lines is for,
# - find a good rate for a network that you have never trained.
#
# **Time:** about two and a half hours. **You need:** the backward pass (lesson 04) and the training
# loop (lesson 05). Whatever earlier lessons asked you to write comes from `nnlib` here, so that an
# old mistake does not follow you.

# %% tags=["setup"]
import numpy as np
from IPython.display import display

from nnlib import datasets, figures
from nnlib.checking import check, unfinished
from nnlib.functional import (
    accuracy,
    network_backward,
    network_forward,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
)
from nnlib.initializers import he_init
from nnlib.optimizers import sgd_step
from nnlib.training import minibatches, train

# %% [markdown]
# ## 1 Five rates, one start
#
# Here are lesson 05's spirals again, 300 points, and a network with two hidden layers of 32
# neurons. Five copies of it start from the same weights. Each takes 300 steps on all points at
# once, at its own rate: 0.01, 0.1, 0.7, 3 and 10.
#
# Decide before you run it: which copy ends with the lowest loss? And which of them would have done
# better to stay where it was?


# %%
X, y = datasets.spirals(500, 0, noise=0.07, turns=1.5)
X, y = X[:300], y[:300]
SIZES = [2, 32, 32, 2]


def loss_of(params):
    return softmax_cross_entropy(network_forward(X, params)[0], y)


# %% tags=["demo"]
start = he_init(SIZES, np.random.default_rng(2))
ends, runs = {}, {}
for rate in (0.01, 0.1, 0.7, 3.0, 10.0):
    rng = np.random.default_rng(0)
    ends[rate], runs[rate] = train(X, y, start, rate, 300, len(y), rng)
    highest, last = max(runs[rate]), loss_of(ends[rate])
    print(f"rate {rate:5}: loss {runs[rate][0]:.3f}, highest {highest:.3f}, in the end {last:.3f}")
figures.learning_rate_fan(runs)

# %% [markdown]
# - **Too small** (0.01 and 0.1): smooth, safe, and far from done.
# - **Right** (0.7): a few jumps, from which it recovers, and by far the lowest end.
# - **Too large** (3): it falls, jumps, falls again and settles nowhere.
# - **Divergent** (10): up to a loss of 64 within three steps. Afterwards it sways around 2.4 for
#   good, although saying "half and half" to everything would cost only ln 2 = 0.693.
#
# What has happened to the last one? The next cell counts how many neurons of its second hidden
# layer are off for every single point.

# %% tags=["demo"]
for rate, params in ends.items():
    Z = network_forward(X, params)[1][1][1]
    print(f"rate {rate:5}: {np.sum((Z <= 0).all(axis=0))} of 32 neurons are off for every point")

# %% [markdown]
# All 32 are off. The large steps threw the weights to where no point reaches these neurons any
# more. A neuron that is off for every point gets no gradient (lesson 04), and as all of them are
# off, the layer below hears nothing either. Nothing can bring them back: the network says the same
# to every point, for good.
#
# Between a rate that is hopeless and one that is right lies a factor of about ten. Where does the
# border come from?
#
# ## 2 The limit
#
# We start where everything can be calculated: a valley of one parameter,
#
# $$L(w) = \tfrac12 \lambda w^2 \qquad L'(w) = \lambda w$$
#
# The number $\lambda$ (lambda) says how steep it is. One step of descent with the rate $\eta$ is
#
# $$w_\text{new} = w - \eta \lambda w = (1 - \eta\lambda)\, w$$
#
# So each step multiplies the distance to the bottom by the same factor, $1 - \eta\lambda$.

# %% [markdown]
# | $\eta\lambda$ | factor | what we see |
# |---|---|---|
# | 0.2 | 0.8 | creeps towards the bottom from one side |
# | 1 | 0 | lands in a single step |
# | 1.8 | −0.8 | jumps across the bottom each time, and comes nearer |
# | 2 | −1 | swings forever, always as far away as before |
# | 2.2 | −1.2 | jumps across, and farther out each time |
#
# The walk comes nearer exactly when the factor lies between −1 and 1, that is when
#
# $$0 < \eta < \frac{2}{\lambda}$$
#
# Mind what this means: a rate just below the limit works, and one just above it is lost, however
# well it started. And the steeper the valley, the smaller the rate must be.
#
# ### Many parameters
#
# With D parameters, $x$ of shape (D,), the simplest valley is a bowl:
#
# $$L(x) = \tfrac12\, x^\top A\, x \qquad \text{gradient: } Ax$$
#
# $A$ is a symmetric (D, D) matrix of numbers that say how the ground bends.

# %% [markdown]
# An example that we will use all through this lesson:
#
# $$A = \begin{pmatrix} 2.8 & 3.6 \\ 3.6 & 8.2 \end{pmatrix}$$
#
# (Written out, $L = \tfrac12 (2.8\, x_1^2 + 7.2\, x_1 x_2 + 8.2\, x_2^2)$; its slope along $x_1$ is
# $2.8\, x_1 + 3.6\, x_2$, the first entry of $Ax$.)
#
# Multiply $A$ by the direction (2, −1): the result is (2, −1) again. Multiply it by (1, 2), and you
# get (10, 20), the same direction ten times as long. Such directions are called **eigenvectors**,
# and the factors, here 1 and 10, **eigenvalues**. A symmetric matrix has D of them, at right angles
# to one another.
#
# Along an eigenvector, the gradient $Ax$ is just $\lambda x$: the bowl is nothing but D valleys of
# one parameter, each with a $\lambda$ of its own. Our start (3, 1) is (2, −1) + (1, 2), so after
# $t$ steps we are at
#
# $$x_t = (1 - \eta)^t \binom{2}{-1} + (1 - 10\eta)^t \binom{1}{2}$$
#
# Every direction has to be stable, and the steepest is the first to fail: the limit is $2 /
# \lambda_\text{max}$.

# %% [markdown]
# ### Exercise `largest_stable_learning_rate` · 5 minutes · easy ●○○
#
# **Takes** `A` (D, D), symmetric, with eigenvalues above 0. **Returns** a number, the rate up to
# which gradient descent on the loss ½ xᵀAx is stable.
#
# **By hand:** `A = [[2, 1], [1, 2]]` sends (1, 1) to (3, 3) and (1, −1) to itself. Its eigenvalues
# are 3 and 1, the limit is 2/3.
#
# <details><summary>Hint 1: where to look</summary>
#
# `np.linalg` knows the eigenvalues of a symmetric matrix: `eigvalsh` returns them in rising order.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# One direction decides for all of them. Which one is the first to swing?
#
# </details>


# %%
def largest_stable_learning_rate(A):
    """The rate up to which descent on ½ xᵀAx is stable; A (D, D) symmetric, eigenvalues > 0."""
    ### BEGIN SOLUTION
    return 2 / np.linalg.eigvalsh(A)[-1]
    ### END SOLUTION


# %%
check(largest_stable_learning_rate)

# %% [markdown]
# The factors of both directions of our bowl, for every rate, and your limit. At which rate does the
# bowl as a whole shrink fastest? Look for the place where the slower of the two lines is lowest.

# %%
A, x = np.array([[2.8, 3.6], [3.6, 8.2]]), np.array([3.0, 1.0])

# %% tags=["demo"]
with unfinished():
    limit = largest_stable_learning_rate(A)
    display(figures.shrinking_factors(np.linalg.eigvalsh(A), limit))

# %% [markdown]
# Where the lines cross: $1 - \eta = 10\eta - 1$ gives $\eta = 2/11 \approx 0.18$, and both factors
# are then 0.82 in size. The best rate lives dangerously: ten percent more, and the walk never comes
# to rest.
#
# ### Is the limit real?
#
# A derivation can be wrong; a loop cannot be argued with. `descend` walks down a bowl. `limit_of`
# knows nothing of eigenvalues: it tries a rate, looks whether the walk got away from its start, and
# halves the interval between the largest rate that stayed and the smallest that did not.


# %%
def descend(A, x, learning_rate, steps):
    """The places of gradient descent on ½ xᵀAx from x, start first: shape (steps + 1, D)."""
    places = [x]
    for _ in range(steps):
        x = x - learning_rate * (A @ x)
        places.append(x)
    return np.array(places)


def limit_of(walk, A, steps=1000):
    """The rate at which walk(A, x, rate, steps) begins to run away, found by trying."""
    low, high = 0.0, 64.0
    x = np.ones(len(A)) + np.arange(len(A))
    for _ in range(20):
        rate = (low + high) / 2
        with np.errstate(all="ignore"):  # a walk that runs away overflows in the end
            distance = np.linalg.norm(walk(A, x, rate, steps)[-1])
        stays = distance < np.linalg.norm(x)
        low, high = (rate, high) if stays else (low, rate)
    return low


# %% [markdown]
# Four random bowls and our own. Do the loop and your formula agree to within one percent?

# %% tags=["demo"]
rng = np.random.default_rng(4)
bowls = [A]
for D in (2, 3, 5, 8):
    B = rng.normal(size=(D, D + 2))
    bowls.append(B @ B.T)
with unfinished():
    for bowl in bowls:
        tried, formula = limit_of(descend, bowl), largest_stable_learning_rate(bowl)
        off = abs(tried / formula - 1)
        verdict = "within 1 %" if off < 0.01 else "more than 1 % off"
        print(f"{len(bowl)} parameters: by trying {tried:.4f}, 2/λmax {formula:.4f}, {verdict}")

# %% [markdown]
# They agree. But who says that a network's loss is a bowl? Near a minimum every smooth loss is
# close to one, perhaps with some flat directions: its second derivatives, D · D of them for D
# parameters, play the part of $A$. Farther away $A$ changes as we walk, and so does the limit.
# That is why the rate 0.7 in section 1 could jump and still recover.
#
# ## 3 Narrow valleys
#
# If the steepest direction decides how large the rate may be, who pays for it?
#
# The flattest. In our bowl the rate must stay below 0.2, and the direction (2, −1) then loses less
# than a fifth of its distance per step. The ratio of the extremes has a name, the **condition
# number**:
#
# $$\kappa = \frac{\lambda_\text{max}}{\lambda_\text{min}}$$
#
# The best rate is where the factors of the steepest and the flattest direction are equal in size:
#
# $$\eta = \frac{2}{\lambda_\text{max} + \lambda_\text{min}} \qquad \text{factor: }
# \frac{\kappa - 1}{\kappa + 1}$$

# %% [markdown]
# For large $\kappa$ this factor is about $1 - 2/\kappa$. To come a thousand times nearer it then
# takes about $\frac{\kappa}{2} \ln 1000 \approx 3.45\, \kappa$ steps. The loop counts them:


# %%
def steps_needed(places, nearer=1000):
    """After how many steps a walk is, and stays, `nearer` times nearer to the bottom at 0."""
    distances = np.linalg.norm(places, axis=1)
    return np.flatnonzero(distances > distances[0] / nearer)[-1] + 1


for kappa in (1, 10, 100, 1000):
    places = descend(np.diag([1.0, kappa]), np.ones(2), 2 / (1 + kappa), 4000)
    print(f"condition number {kappa:4}: {steps_needed(places):4} steps")

# %% [markdown]
# Even at the best rate there is, a valley that is a thousand times as steep across as along costs
# more than 3,000 steps, where a round bowl costs one.
#
# ### Choose a rate
#
# Our bowl has $\kappa = 10$. Take the slider (or focus it, and use the arrow keys) and choose among
# 18 rates. On the left you see 25 steps from (3, 1), on the right their losses; below, where each
# rate ends. Four things to look for:
#
# 1. a rate at which the walk no longer bends towards the valley, but jumps across it;
# 2. the rate 0.1, where the steep direction lands in one step;
# 3. the best rate of all, and how close to the limit it lies;
# 4. the rate 0.2 and its two neighbors.

# %% tags=["demo"]
RATES = [0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.17, 0.18]
RATES += [0.19, 0.195, 0.2, 0.205, 0.21]
figures.rate_explorer(
    lambda place: 0.5 * place @ A @ place, {rate: descend(A, x, rate, 25) for rate in RATES}
)

# %% [markdown]
# The **zigzag** begins above 0.1: the steep direction changes its sign with every step, while the
# flat one is pulled along slowly. At 0.2 the walk bounces between two walls forever; at 0.195 it
# comes down, and at 0.205 it climbs out. (Where no script runs, you see the picture for 0.21
# alone; its lower right corner shows how all the rates end.)
#
# ### Where narrow valleys come from
#
# Often from the data. For a line fitted to points, the bowl is made of the inputs: with a column of
# ones for the bias, $A = \frac2N X^\top X$. Take 40 inputs between −2 and 2, and the same inputs
# measured from another zero, 20 lower. What does that do to the limit?

# %% tags=["demo"]
inputs, _ = datasets.noisy_line(40, 0)
with unfinished():
    for name, column in {"as they are": inputs, "20 higher": inputs + 20}.items():
        ones = np.column_stack([column, np.ones(40)])
        bowl = 2 / 40 * ones.T @ ones
        values = np.linalg.eigvalsh(bowl)
        print(
            f"inputs {name:11}: limit {largest_stable_learning_rate(bowl):.4f}, "
            f"condition number {values[-1] / values[0]:,.1f}"
        )

# %% [markdown]
# The same points, the same line, and a condition number more than 50,000 times as large.
# Subtracting the mean of every input and dividing by its spread makes a bowl rounder at almost no
# cost, before any optimizer is chosen. Lesson 08 does so with pictures.
#
# ## 4 Schedules
#
# In this lesson every step has asked all examples so far. With mini-batches the gradient is noisy
# (lesson 05), and a new question arises: does a descent with noise ever come to rest?
#
# Hardly ever. Near the bottom the true gradient is almost 0, but that of a single batch is not,
# unless all examples agree on the same lowest place. What moves us then is noise, times the rate. A
# large rate gets there fast and then rattles; a small one rattles little, and takes forever to
# arrive. So begin with a large rate, and make it smaller on the way.

# %% [markdown]
# The simplest way is a staircase: after every `every` epochs, multiply the rate by `drop`.
#
# $$\eta_e = \eta_0 \cdot \text{drop}^{\,\lfloor e / \text{every} \rfloor}$$
#
# Epochs $e$ count from 0, and the brackets mean: rounded down to a whole number.
#
# ### Exercise `step_decay` · 5 minutes · easy ●○○
#
# **Takes** `learning_rate`, the rate at the start; `epoch`, an integer from 0; `drop`, what is left
# after a drop; `every`, an integer. **Returns** the rate of this epoch, a number.
#
# **By hand:** start 0.8, drop 0.5, every 10 epochs: 0.8 in the epochs 0 to 9, 0.4 in the epochs 10
# to 19, 0.2 in epoch 25.
#
# <details><summary>Hint 1: where to look</summary>
#
# How many drops lie behind epoch 9, epoch 10, epoch 25? Python has an operator for this count.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Repeated multiplication by the same number is a power.
#
# </details>


# %%
def step_decay(learning_rate, epoch, drop, every):
    """The learning rate of an epoch, multiplied by `drop` after every `every` epochs."""
    ### BEGIN SOLUTION
    return learning_rate * drop ** (epoch // every)
    ### END SOLUTION


# %%
check(step_decay)

# %% [markdown]
# A staircase asks for two numbers, when to drop and by how much. Half a cosine asks for none but
# its ends: it starts flat at the full rate, is steepest in the middle, and arrives flat.
#
# At step $t$ of $T$ the angle is $\pi t / T$, which runs from 0 to half a turn; its cosine runs
# from 1 to −1. Shift and shrink that to run from 1 to 0, and stretch it over the range between
# `learning_rate` and `final`.
#
# ### Exercise `cosine_decay` · 10 minutes · medium ●●○
#
# **Takes** `learning_rate`, the rate at step 0; `step`, from 0 to `total_steps`; `total_steps`;
# `final`, the rate at `total_steps`. **Returns** the rate of this step, a number.
#
# **By hand:** from 1 to 0 in 4 steps: 1, 0.854, 0.5, 0.146, 0. From 1 to `final = 0.2`, half of the
# way makes 0.6.
#
# <details><summary>Hint 1: where to look</summary>
#
# Sketch cos from 0 to π. What must you add, and by what divide, so that its ends are 1 and 0?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Write the rate as `final` plus a share of the distance that lies above `final`.
#
# </details>


# %%
def cosine_decay(learning_rate, step, total_steps, final=0.0):
    """The learning rate of a step on half a cosine, from `learning_rate` down to `final`."""
    ### BEGIN SOLUTION
    share = (1 + np.cos(np.pi * step / total_steps)) / 2
    return final + (learning_rate - final) * share
    ### END SOLUTION


# %%
check(cosine_decay)

# %% [markdown]
# The three schedules of the next experiment, beginning at 0.5, over 40 epochs:

# %% tags=["demo"]
schedules = {
    "constant": lambda epoch: 0.5,
    "step_decay": lambda epoch: step_decay(0.5, epoch, 0.5, 10),
    "cosine_decay": lambda epoch: cosine_decay(0.5, epoch, 40),
}
with unfinished():
    rates = {name: [rate(epoch) for epoch in range(41)] for name, rate in schedules.items()}
    display(figures.loss_curves(rates, ylabel="learning rate"))

# %% [markdown]
# The spirals again, in batches of 16, with five starts for each schedule. Lines are medians, bands
# reach from the best of the five runs to the worst. Which schedule wins: at epoch 10, and in the
# end?


# %% tags=["demo"]
def scheduled(rate, seed, epochs=40):
    """The loss after 0, 1, ... epochs when epoch number e is trained at rate(e)."""
    rng = np.random.default_rng(seed)
    params = he_init(SIZES, rng)
    losses = [loss_of(params)]
    for epoch in range(epochs):
        params, _ = train(X, y, params, rate(epoch), 1, 16, rng)
        losses.append(loss_of(params))
    return losses


with unfinished():
    runs = {name: [scheduled(rate, s) for s in range(5)] for name, rate in schedules.items()}
    display(figures.spread_curves(runs, log=True))
    for name, rows in runs.items():
        print(f"{name:13} ends between {min(r[-1] for r in rows):.3f}", end=" ")
        print(f"and {max(r[-1] for r in rows):.3f}")

# %% [markdown]
# At epoch 10 there is little to choose: the three have fallen together. Then the constant rate
# rattles. In its best moments it is as low as the others or lower; where it ends is a matter of
# luck, at 0.08 or at 0.9. Both schedules come to rest, the five runs of each within 0.02.
#
# What a schedule cannot do is mend a rate that was wrong from the start. And the cosine has to know
# when the training will end: stopped at half of its way it still runs at half the full rate.
#
# ## 5 Momentum
#
# In a narrow valley, descent wastes its steps in going to and fro. Could it remember where it has
# been heading all the time?
#
# What is gradient descent, as a thing of the physical world? Not a ball that rolls. A ball keeps
# moving when the slope ends; gradient descent stops at once. It is a bead in thick honey: its
# *speed* is proportional to the slope.

# %% [markdown]
# Let us give the bead some mass, and take the loss for its potential energy. At $x$, a ball of mass
# 1 is pushed by the force $-g$, where $g$ is the slope, and held back by a drag that grows with its
# speed $x'$, as in a liquid:
#
# $$x'' = -g - c\, x'$$
#
# Look at it every $h$ seconds. Its speed is about $(x_t - x_{t-1})/h$, its acceleration the change
# of that speed divided by $h$. Put both in and multiply by $h^2$:
#
# $$x_{t+1} - x_t = (1 - ch)(x_t - x_{t-1}) - h^2 g$$
#
# The next step is a part of the last step, plus a push downhill. With $\beta = 1 - ch$ and $\eta =
# h^2$, and with the last step written as $-\eta v$, this is **momentum**:
#
# $$v \leftarrow \beta v + g \qquad p \leftarrow p - \eta v$$
#
# $p$ is any array of parameters, $g$ its gradient, and $v$, the *velocity*, an array of the same
# shape that starts at 0. With $\beta = 0$ the drag eats all speed within one step, and what is left
# is gradient descent.

# %% [markdown]
# ### Exercise `momentum_step` · 15 minutes · medium ●●○
#
# **Takes** `params` and `grads`, lists of `(W, b)` and `(dW, db)` per layer; `velocity`, a list of
# the same shapes; `learning_rate` and `beta`, numbers.
#
# **Returns** `(params, velocity)`, both new lists of pairs. First the velocity is renewed, $v =
# \beta v + g$, then the *new* velocity moves the parameters, $p = p - \eta v$. Nothing that was
# handed in changes.
#
# **By hand:** `W = [[1]]`, `b = [2]`, velocity 2 and 1, gradients 4 and −2, rate 0.1, beta 0.5. The
# new velocity is 0.5 · 2 + 4 = 5 and −1.5; the parameters become 0.5 and 2.15. A second step with
# gradients 1 and 1 gives the velocity 3.5 and 0.25, and the parameters 0.15 and 2.125.
#
# <details><summary>Hint 1: where to look</summary>
#
# Three lists have to be walked through side by side, and two new ones grow.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Once the new velocity stands there, moving the parameters is a function that you know from lesson
# 05, with another list in the place of the gradients.
#
# </details>


# %%
def momentum_step(params, grads, velocity, learning_rate, beta):
    """(params, velocity) after one step with momentum; all lists hold one (W, b) per layer."""
    ### BEGIN SOLUTION
    velocity = [
        (beta * vW + dW, beta * vb + db) for (vW, vb), (dW, db) in zip(velocity, grads, strict=True)
    ]
    return sgd_step(params, velocity, learning_rate), velocity
    ### END SOLUTION


# %%
check(momentum_step)

# %% [markdown]
# Is the ball a metaphor, or is it physics? The lines are the exact solution of the equation of
# motion for a valley $\frac12 x^2$, the marks are your steps with $\eta = 0.04$, so $h = 0.2$. The
# three drags are 0.5, 1.5 and 5. Which of the balls is first to stay within 0.05 of the bottom?

# %% tags=["demo"]
figures.heavy_ball(momentum_step, betas=(0.9, 0.7, 0.0), learning_rate=0.04)

# %% [markdown]
# The middle one, with $\beta = 0.7$. With the least drag ($\beta = 0.9$) the ball is first at the
# bottom and swings through to the other side, several times; with the most ($\beta = 0$) it never
# overshoots and is slowest. The marks stay within 0.1 of the lines: momentum is such a ball, seen
# every 0.2 seconds.
#
# Two things follow. **On a long even slope** the ball speeds up until drag and slope balance: $v =
# \beta v + g$ holds still at $v = g / (1 - \beta)$, which is ten times the gradient for $\beta =
# 0.9$. **Across a narrow valley** the slope changes its sign with every step, and the pushes work
# against each other. Your function on a slope of 1 that never ends:

# %%
with unfinished():
    params, velocity = [(np.zeros((1, 1)), np.zeros(1))], [(np.zeros((1, 1)), np.zeros(1))]
    slope = [(np.ones((1, 1)), np.ones(1))]
    for step in range(1, 51):
        params, velocity = momentum_step(params, slope, velocity, 0.1, 0.9)
        if step in (1, 2, 10, 50):
            print(f"step {step:2}: velocity {velocity[0][1].item():.2f}")

# %% [markdown]
# Now the narrow valley. `roll` walks down a bowl with your step. For momentum on a bowl the best
# choice is known, too (Polyak, 1964):
#
# $$\eta = \Big(\frac{2}{\sqrt{\lambda_\text{max}} + \sqrt{\lambda_\text{min}}}\Big)^2
# \qquad \beta = \Big(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Big)^2$$
#
# The number of steps then grows with $\sqrt\kappa$ in place of $\kappa$. For $\kappa = 100$ descent
# took 346 steps. Guess how many momentum takes.


# %%
def roll(A, x, learning_rate, steps, beta):
    """The places of a descent on ½ xᵀAx with momentum, start first: shape (steps + 1, D)."""
    params, velocity = [(x[None], np.zeros(1))], [(0 * x[None], np.zeros(1))]
    places = [x]
    for _ in range(steps):
        grads = [(params[0][0] @ A, np.zeros(1))]  # one row; A is symmetric
        params, velocity = momentum_step(params, grads, velocity, learning_rate, beta)
        places.append(params[0][0][0])
    return np.array(places)


def polyak(low, high):
    """The best rate and beta for a bowl with eigenvalues from low to high."""
    kappa = high / low
    return (2 / (high**0.5 + low**0.5)) ** 2, ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2


with unfinished():
    for kappa in (10, 100, 1000):
        rate, beta = polyak(1, kappa)
        places = roll(np.diag([1.0, kappa]), np.ones(2), rate, 4000, beta)
        print(f"condition number {kappa:4}: {steps_needed(places):3} steps, beta {beta:.3f}")

# %% [markdown]
# Both walks in a valley with $\kappa = 30$, turned in the plane, each at its best rate. Press Play.

# %% tags=["demo"]
along, across = np.array([2.0, -1.0]) / 5**0.5, np.array([1.0, 2.0]) / 5**0.5
narrow = np.outer(along, along) + 30 * np.outer(across, across)
with unfinished():
    rate, beta = polyak(1, 30)
    paths = {
        "gradient descent": descend(narrow, x, 2 / 31, 24),
        "momentum": roll(narrow, x, rate, 24, beta),
    }
    display(figures.descent(lambda place: 0.5 * place @ narrow @ place, paths))
    for name, places in paths.items():
        left = np.linalg.norm(places[-1]) / np.linalg.norm(places[0])
        print(f"{name}: {left:.2%} of the distance left after 24 steps")

# %% [markdown]
# Momentum even swings wider at first. But then its swings across the valley die out, while along
# the valley the pushes add up.
#
# Has the limit of section 2 moved? With $\beta = 0$ your step is plain descent, so it must be
# $2/\lambda_\text{max}$. With $\beta = 0.9$, decide first: is the largest stable rate now smaller,
# because the ball is ten times as fast, or larger?

# %% tags=["demo"]
with unfinished():
    for beta in (0.0, 0.5, 0.9):
        tried = limit_of(lambda A, x, rate, n, beta=beta: roll(A, x, rate, n, beta), A)
        print(f"beta {beta}: limit {tried:.4f} = {tried * 10:.2f} / λmax")

# %% [markdown]
# Larger: $2(1 + \beta)/\lambda_\text{max}$, almost twice as large. And the first line is the limit
# of section 2 once more, confirmed by your own step.
#
# On even ground, though, a step now carries ten times as far. So when momentum with $\beta = 0.9$
# is switched on for a network, the rate that worked before is usually divided by about ten.
#
# ## 6 Adam
#
# One rate has to suit all parameters, and section 3 showed what that costs: the steepest direction
# decides for everybody. Could each parameter have a rate of its own?
#
# Adam watches each parameter's gradient and divides by its typical size. A parameter whose
# gradients are around 100 and one whose gradients are around 0.01 then move equally fast.

# %% [markdown]
# For each parameter $p$ with gradient $g$, at step $t$ = 1, 2, 3, …, everything entry by entry:
#
# | line | what it is for |
# |---|---|
# | $m \leftarrow \beta_1 m + (1 - \beta_1)\, g$ | mean of the last gradients: which way |
# | $v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$ | mean of their squares: how large usually |
# | $\hat m = m / (1 - \beta_1^t)$ | makes up for the start of $m$ at 0 |
# | $\hat v = v / (1 - \beta_2^t)$ | makes up for the start of $v$ at 0 |
#
# and then the step, the direction divided by the size:
#
# $$p \leftarrow p - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# $m$ and $v$ have the shape of $p$ and start at 0. The usual numbers are $\beta_1 = 0.9$, $\beta_2
# = 0.999$ and $\varepsilon = 10^{-8}$. The tiny $\varepsilon$ keeps 0/0 away. Note the $1 -
# \beta$: these are means, where momentum's $v$ was a sum.

# %% [markdown]
# **Why a correction?** Both means start at 0, and that 0 is no gradient that anybody saw. After the
# first step $m = 0.1\, g$, although the mean of all gradients so far is $g$. What is missing is
# known: after $t$ steps the weights of all gradients seen add up to
#
# $$(1 - \beta)(1 + \beta + \dots + \beta^{t-1}) = 1 - \beta^t$$
#
# so dividing by $1 - \beta^t$ makes a true mean. For $t = 1$ that gives $\hat m = g$ and $\hat v =
# g^2$: the first step has the size $\eta$, whatever the size of the gradient.
#
# How long does the correction matter? $1 - 0.9^t$ is above 0.99 after 44 steps, $1 - 0.999^t$ only
# after 4,603.

# %% [markdown]
# ### Exercise `adam_step` · 25 minutes · hard ●●●
#
# **Takes** `params` and `grads`, lists of `(W, b)` and `(dW, db)`; `state`, a tuple `(m, v, t)`,
# where `m` and `v` are lists shaped as `params` and `t` is the number of steps taken so far;
# `learning_rate`, `beta1`, `beta2`, `eps`.
#
# **Returns** `(params, state)`, both new. The new `state` is again `(m, v, t)`: the means *before*
# correction, and `t` one higher. The corrections of this step use the new `t`. Nothing that was
# handed in changes.

# %% [markdown]
# **By hand:** one parameter, 1, from the state `m = 0`, `v = 0`, `t = 0`, rate 0.1.
#
# | gradient | $m$ | $v$ | $\hat m$ | $\sqrt{\hat v}$ | parameter |
# |---|---|---|---|---|---|
# | 2 | 0.2 | 0.004 | 2 | 2 | 0.9 |
# | −1 | 0.08 | 0.004996 | 0.4211 | 1.5809 | 0.8734 |
#
# <details><summary>Hint 1: where to look</summary>
#
# There are four arrays per layer and list: write the five lines once, as a small function of one
# parameter array, its gradient, its m and its v, and use it for W and for b.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The corrected means are used for the step and then forgotten; what goes into the new state are the
# plain ones. Raise t first, so that the very first step divides by 1 − β, and not by 0.
#
# </details>


# %%
def adam_step(params, grads, state, learning_rate, beta1=0.9, beta2=0.999, eps=1e-8):
    """(params, (m, v, t)) after one step of Adam; m and v shaped as params, t steps taken."""
    ### BEGIN SOLUTION
    m, v, t = state
    t = t + 1

    def step(p, g, m, v):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return p - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v

    layers = [
        [step(*arrays) for arrays in zip(*layer, strict=True)]
        for layer in zip(params, grads, m, v, strict=True)
    ]
    new = [[(W[k], b[k]) for W, b in layers] for k in range(3)]
    return new[0], (new[1], new[2], t)
    ### END SOLUTION


# %%
check(adam_step)

# %% [markdown]
# ### What each line does
#
# To take Adam to pieces we train the spirals with it, once as it is and once without each of its
# parts. Your function can do that without a change, if we hand it unusual numbers:
#
# - **no mean of gradients:** $\beta_1 = 0$, so that $\hat m = g$;
# - **no division by size:** $\varepsilon = 10^6$, beside which $\sqrt{\hat v}$ vanishes, and the
#   rate $0.5 \cdot 10^6$; what is left is descent at the rate 0.5 along a mean of gradients;
# - **no correction:** a state that claims $t = 10^6$ steps, so that both divisors are 1.
#
# `learn` is lesson 05's loop with any kind of step; `memory` is what a step wants to remember.


# %%
def learn(step, seed, epochs=30, batch_size=16):
    """(losses after 0, 1, ... epochs, params); a step returns (params, memory)."""
    rng = np.random.default_rng(seed)
    params, memory = he_init(SIZES, rng), None
    losses = [loss_of(params)]
    for _ in range(epochs):
        for X_batch, y_batch in minibatches(X, y, batch_size, rng):
            logits, cache = network_forward(X_batch, params)
            dlogits = softmax_cross_entropy_backward(logits, y_batch)
            grads = network_backward(dlogits, cache, params)
            params, memory = step(params, grads, memory)
        losses.append(loss_of(params))
    return losses, params


def adam(rate, steps_claimed=0, **numbers):
    """A step for `learn`: your Adam, with other numbers if you like."""

    def step(params, grads, memory):
        zeros = [(0 * W, 0 * b) for W, b in params]
        return adam_step(params, grads, memory or (zeros, zeros, steps_claimed), rate, **numbers)

    return step


# %% [markdown]
# Four kinds of step, three starts each, at a rate of 0.03. Decide first: which part is missed most,
# and which least?

# %% tags=["demo"]
kinds = {
    "Adam": adam(0.03),
    "no mean of gradients": adam(0.03, beta1=0.0),
    "no division by size": adam(0.5e6, eps=1e6),
    "no correction": adam(0.03, steps_claimed=10**6),
}
with unfinished():
    runs = {name: [learn(step, seed) for seed in range(3)] for name, step in kinds.items()}
    display(figures.spread_curves({k: [row for row, _ in v] for k, v in runs.items()}, log=True))
    for name, results in runs.items():
        first = [network_forward(X, params)[1][0][1] for _, params in results]  # Z of layer 1
        off = ", ".join(f"{np.sum((Z <= 0).all(axis=0)):2}" for Z in first)
        print(f"{name:21}", ", ".join(f"{row[-1]:.3f}" for row, _ in results), f"  off: {off}")

# %% [markdown]
# Without the **correction** two starts out of three end badly, and most neurons of the first hidden
# layer are off for every point. Without the **division** the loss ends more than twice as high. The
# **mean of gradients** is hardly missed on this problem, and it would be dishonest not to say so.
#
# Why does the correction matter so much? Without it both $m$ and $\sqrt v$ are too small, but not
# equally: $m$ catches up within tens of steps and $v$ takes thousands. Their quotient is too large
# by the factor $(1 - 0.9^t) / \sqrt{1 - 0.999^t}$. How large does it get?

# %%
t = np.arange(1, 5001)
factor = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
print(f"steps 1 to 100: at least {factor[:100].min():.2f} times too large")
print(f"worst at step {t[factor.argmax()]}: {factor.max():.2f} times")
print(f"step 1000: {factor[999]:.2f} times")

# %% [markdown]
# More than three times too large during the first hundred steps. ReLU neurons that such steps throw
# out of reach stay off, as in section 1.
#
# ### What Adam sees, and what it does not
#
# Multiply a loss by 1000. The gradients grow by 1000 and descent needs a rate that is 1000 times
# smaller. Adam divides by the size of the gradients, so it should not even notice. And a narrow
# valley along the axes, $\kappa = 100$, should be as easy for Adam as a round bowl.
#
# Now turn that valley by 45 degrees. Descent does not care about axes and takes its 346 steps in
# both. What about Adam?


# %%
def roll_adam(A, x, learning_rate, steps):
    """The places of a descent on ½ xᵀAx with your Adam, start first."""
    params, zeros = [(x[None], np.zeros(1))], [(0 * x[None], np.zeros(1))]
    state, places = (zeros, zeros, 0), [x]
    for _ in range(steps):
        grads = [(params[0][0] @ A, np.zeros(1))]
        params, state = adam_step(params, grads, state, learning_rate)
        places.append(params[0][0][0])
    return np.array(places)


# %% tags=["demo"]
with unfinished():
    once, thousand = roll_adam(A, x, 0.1, 100), roll_adam(1000 * A, x, 0.1, 100)
    print(f"loss times 1000: places differ by less than 1e-6: {abs(once - thousand).max() < 1e-6}")
    turn = np.array([[1, -1], [1, 1]]) / 2**0.5
    straight, turned = np.diag([1.0, 100.0]), turn @ np.diag([1.0, 100.0]) @ turn.T
    for name, bowl, place in (
        ("round bowl", np.eye(2), np.ones(2)),
        ("valley along the axes", straight, np.ones(2)),
        ("valley turned by 45°", turned, turn @ np.ones(2)),
    ):
        counts = [steps_needed(roll_adam(bowl, place, rate, 1000)) for rate in (0.1, 0.3)]
        descent = steps_needed(descend(bowl, place, 2 / np.trace(bowl), 1000))
        print(f"{name:21} Adam {counts[0]} (rate 0.1), {counts[1]} (0.3); descent {descent}")

# %% [markdown]
# Adam has one scale per parameter, so it can stretch a valley along the axes, and only along them.
# Turned by 45 degrees, both parameters have gradients of the same size, and nothing is left to
# stretch: at the rate 0.1 Adam is slower there than plain descent, at 0.3 faster, and it never
# comes near its own numbers for the straight valley. How much it helps depends on how the valley
# lies.
#
# ## 7 Which one?
#
# Three optimizers on the spirals, 30 epochs in batches of 16, three starts each. To be fair each
# gets three rates, and we show its best. Decide before you run it: which one is first below a loss
# of 0.2?


# %%
def momentum(rate, beta=0.9):
    """A step for `learn`: your momentum."""

    def step(params, grads, memory):
        still = [(0 * W, 0 * b) for W, b in params]
        return momentum_step(params, grads, memory or still, rate, beta)

    return step


def plain(rate):
    """A step for `learn`: plain descent."""
    return lambda params, grads, memory: (sgd_step(params, grads, rate), None)


# %% tags=["demo"]
best = {}
with unfinished():
    tries = {"plain": (plain, (0.1, 0.3, 0.5)), "momentum": (momentum, (0.01, 0.03, 0.05))}
    tries["Adam"] = (adam, (0.003, 0.01, 0.03))
    for name, (make, rates) in tries.items():
        tried = {rate: [learn(make(rate), seed) for seed in range(3)] for rate in rates}
        ends = {rate: np.median([losses[-1] for losses, _ in tried[rate]]) for rate in rates}
        print(name, "ends at", ", ".join(f"{end:.3f} (rate {rate})" for rate, end in ends.items()))
        rate = min(ends, key=ends.get)
        best[f"{name}, rate {rate}"] = tried[rate]
    display(
        figures.spread_curves({k: [losses for losses, _ in v] for k, v in best.items()}, log=True)
    )

# %% [markdown]
# Adam is first, and lowest in the end. Does a lower loss mean that it is right more often on
# unseen inputs? Lesson 05's 200 points that took no part in the training:

# %% tags=["demo"]
X_all, y_all = datasets.spirals(500, 0, noise=0.07, turns=1.5)
for name, results in best.items():
    scores = [
        accuracy(network_forward(X_all[300:], params)[0], y_all[300:]) for _, params in results
    ]
    print(f"{name:20} unseen inputs right: {', '.join(f'{score:.3f}' for score in scores)}")

# %% [markdown]
# Adam's networks are right a little more often; but one point of 200 is half a percent, and three
# starts are few. Two things should be kept in mind.
#
# **Rates must be tuned before optimizers are compared.** At 0.1 plain descent would have looked
# hopeless. Published comparisons have come out one way or the other for this reason (Choi et al.).
#
# **Momentum brings nothing here.** Its best rate is a tenth of plain descent's, as section 5
# promised, and it walks the same way. Is the noise of the batches to blame? Then momentum should
# win when every step asks all 300 points. From the start of section 1, with 300 steps:

# %% tags=["demo"]
with unfinished():
    for name, step in {
        "plain, rate 1": plain(1.0),
        "momentum, rate 0.15": momentum(0.15),
        "Adam, rate 0.03": adam(0.03),
    }.items():
        losses, _ = learn(step, seed=2, epochs=300, batch_size=300)
        print(f"{name:20} loss {losses[100]:.3f} after 100 steps, {losses[-1]:.3f} after 300")

# %% [markdown]
# It does win, by a factor of three. With batches of 16 the noise had limited the rate, before the
# valley could. And Adam, with one rate per parameter and no noise, leaves both far behind.

# %% [markdown]
# ## 8 Finding a rate
#
# Last question: how do we find the rate for a network that nobody has trained before, without
# training it twenty times?
#
# Try many rates for one step each, always from the same start, and look at the loss after the step.
#
# ### Exercise `learning_rate_range_test` · 15 minutes · medium ●●○ · bonus
#
# **Takes** `loss_and_grads`, a function from `params` to `(loss, grads)`; `params`, the start;
# `learning_rates`, K numbers. **Returns** an array of shape (K,): for each rate the loss after one
# step of plain descent from `params`. The start keeps its values. Where a loss overflows, it stays
# inf.
#
# **By hand:** loss $w^2$ at $w = 1$, gradient 2. The rates 0.25, 0.5 and 1.5 lead to 0.5, 0 and −2,
# so the losses are 0.25, 0 and 4.
#
# <details><summary>Hint 1: where to look</summary>
#
# `sgd_step` is imported. Which of the two results of `loss_and_grads` do you need at the start, and
# which one after the step?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The gradient at the start is the same for all rates. No rate may begin where another one ended.
#
# </details>


# %%
def learning_rate_range_test(loss_and_grads, params, learning_rates):
    """Losses (K,) after one step at each of K learning rates, always from the same params."""
    ### BEGIN SOLUTION
    _, grads = loss_and_grads(params)
    return np.array([loss_and_grads(sgd_step(params, grads, rate))[0] for rate in learning_rates])
    ### END SOLUTION


# %%
check(learning_rate_range_test)

# %% [markdown]
# The network of section 1, from the same start, with 31 rates from 0.001 to 30. Where do you expect
# the lowest point, after what section 1 showed?


# %% tags=["demo"]
def loss_and_grads(params):
    logits, cache = network_forward(X, params)
    dlogits = softmax_cross_entropy_backward(logits, y)
    return softmax_cross_entropy(logits, y), network_backward(dlogits, cache, params)


many = np.geomspace(0.001, 30, 31)
with unfinished():
    losses = learning_rate_range_test(loss_and_grads, start, many)
    display(figures.learning_rate_range(many, losses))
    for seed in range(2, 8):
        begin = he_init(SIZES, np.random.default_rng(seed))
        losses = learning_rate_range_test(loss_and_grads, begin, many)
        worse = many[losses > loss_of(begin)].min()
        print(f"start {seed}: lowest at {many[losses.argmin()]:.2f}, uphill from {worse:.2f} on")

# %% [markdown]
# From left to right the curve tells the story of section 1 in 31 single steps. On a bowl we can say
# exactly what it means. One step from a place with the gradient $g$ gives
#
# $$L(\eta) = L_0 - \eta\, g^\top g + \tfrac12 \eta^2\, g^\top A g$$
#
# a parabola. It is lowest at $g^\top g / g^\top A g$ and back at the start's loss at twice that.
# As $g^\top A g$ is at most $\lambda_\text{max}\, g^\top g$, the step turns uphill at $2 /
# \lambda_\text{max}$ *or later*. So a rate whose first step goes uphill is beyond the limit, but
# one whose first step goes downhill may be beyond it, too. Our bowl from two places:


# %%
def bowl_loss_and_grads(params):
    row = params[0][0]
    return (row @ A @ row.T).item() / 2, [(row @ A, np.zeros(1))]


with unfinished():
    fine = np.linspace(0.001, 0.5, 500)
    for place in ([3.0, 1.0], [2.1, -0.8]):
        begin = [(np.array([place]), np.zeros(1))]
        losses = learning_rate_range_test(bowl_loss_and_grads, begin, fine)
        before = bowl_loss_and_grads(begin)[0]
        lowest, uphill = fine[losses.argmin()], fine[losses > before].min()
        print(f"from {place}: lowest at {lowest:.3f}, uphill from {uphill:.3f} on, limit 0.2")
        walk = descend(A, np.array(place), 0.3, 20)
        one, many_steps = (x @ A @ x / 2 for x in walk[[1, 20]])
        print(f"   rate 0.3: loss {before:.2f}, then {one:.2f}, after 20 steps {many_steps:.1e}")

# %% [markdown]
# From (2.1, −0.8), down in the valley, one step at the rate 0.3 lowers the loss, and twenty steps
# ruin everything. One step does not see what many do.
#
# So read the test with care:
#
# 1. Rates at which the loss does not move are too small; rates at which the step goes uphill are
#    too large.
# 2. Begin plain training near the lowest point: for our starts it lies between 0.34 and 0.97, and
#    section 7's best rate was 0.5. For momentum with $\beta = 0.9$ divide by ten. Adam has a scale
#    of its own: try 0.001, 0.003 and 0.01.
# 3. Look at the first epochs of the loss curve. Where it jumps, halve the rate; where it falls
#    slowly and evenly, double it.
# 4. Lower the rate towards the end.

# %% [markdown]
# ## Summary
#
# - Along each direction of a bowl a step multiplies the distance by $1 - \eta\lambda$, so the
#   largest stable rate is $2/\lambda_\text{max}$.
# - The steepest direction limits the rate and the flattest one pays: about $3.45\,\kappa$ steps for
#   three digits.
# - With noisy gradients a constant rate rattles; schedules let it come to rest.
# - Momentum is a ball with drag: swings cancel, steady slopes add up to $1/(1 - \beta)$.
# - Adam divides each parameter's mean gradient by its usual size, and corrects both for their start
#   at 0.
#
# The training loss now falls fast. Lesson 07 asks whether that is what we want.

# %% [markdown]
# ## Questions to think about
#
# 1. Your loss is the mean over a batch of 64, a colleague's is the sum. Your rate is 0.32: which
#    one should they take?
# <details><summary>Answer</summary>
#
# Their gradient is 64 times as large, so the same steps need 0.32 / 64 = 0.005. With Adam both
# would use the same rate.
#
# </details>
#
# 2. A loss curve is flat from the first epoch on. Is the rate too small or too large?
# <details><summary>Answer</summary>
#
# It can be either: a network that crawls and one whose neurons were all thrown out of reach look
# alike. The first steps tell them apart: look at them one by one.
#
# </details>
#
# 3. What happens to the ball with $\beta = 1$?
# <details><summary>Answer</summary>
#
# No drag at all: it swings forever, like a pendulum in empty space.
#
# </details>
#
# 4. What does Adam do with a parameter whose gradient was 0 in every step so far?
# <details><summary>Answer</summary>
#
# Nothing: m and v are 0, and 0 / (0 + ε) is 0. Without ε it would be 0/0, a nan that spreads
# through the network in the next step.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - B. Polyak: *Some methods of speeding up the convergence of iteration methods*. USSR
#   Computational Mathematics and Mathematical Physics 4 (5), 1–17, 1964. The heavy ball and its
#   best numbers.
# - N. Qian: *On the momentum term in gradient descent learning algorithms*. Neural Networks 12,
#   145–151, 1999. A particle in a medium with drag.
# - G. Goh: *Why momentum really works*. Distill, 2017.
# - Y. LeCun, L. Bottou, G. Orr, K.-R. Müller: *Efficient BackProp*. In: Neural Networks: Tricks of
#   the Trade, Springer, 1998.
# - D. Kingma, J. Ba: *Adam: a method for stochastic optimization*. ICLR 2015, arXiv:1412.6980.
# - L. Smith: *Cyclical learning rates for training neural networks*. WACV 2017, arXiv:1506.01186.
#   The range test, within a single run.
# - I. Loshchilov, F. Hutter: *SGDR: stochastic gradient descent with warm restarts*. ICLR 2017,
#   arXiv:1608.03983. The cosine.
# - D. Choi et al.: *On empirical comparisons of optimizers for deep learning*. 2019,
#   arXiv:1910.05446. How much the tuning decides.
# - J. Cohen et al.: *Gradient descent on neural networks typically occurs at the edge of
#   stability*. ICLR 2021, arXiv:2103.00065. What becomes of $2/\lambda_\text{max}$ in a network.
