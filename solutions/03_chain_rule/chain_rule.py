# %% [markdown]
# # 03 The chain rule
#
# A loss says how wrong a network is. To make it smaller, we must know how it answers to every
# single weight. This lesson goes from the slope of one number to the gradients of a whole
# calculation, and builds the instrument that tests every gradient of this course.
#
# **You will be able to**
# - read a derivative as an answer to "nudge this, how much does the loss move?",
# - measure any gradient numerically, choose the step, and judge how well two gradients agree,
# - take a calculation apart into a graph and multiply slopes along its paths,
# - pass a derivative back through a sigmoid, a ReLU and a neuron,
# - write the chain rule for any graph, however often a value is used.
#
# **Time:** about two hours. **You need:** lessons 01 and 02, and from school the derivatives of
# powers, $1/x$ and $e^x$. Whatever earlier lessons asked you to write comes from `nnlib` here.

# %% tags=["setup"]
import numpy as np
from IPython.display import display

from nnlib import figures
from nnlib.checking import check, unfinished
from nnlib.functional import relu, sigmoid

# %% [markdown]
# ## 1 Nudge this: how much does the loss move?
#
# Suppose the loss depends on one weight, $f(x) = x^2$, and the weight is 3, so the loss is 9. We
# nudge the weight a little and watch:
#
# | nudge | new loss | the loss moves by | per unit of nudge |
# |---|---|---|---|
# | 0.1 | 9.61 | 0.61 | 6.1 |
# | 0.01 | 9.0601 | 0.0601 | 6.01 |
# | 0.001 | 9.006001 | 0.006001 | 6.001 |
#
# The last column settles at 6. This number is the **derivative** of $f$ at 3: the loss moves six
# times as far as the weight, for nudges small enough. The rule from school, $f'(x) = 2x$, says the
# same.
#
# Read a derivative as a sensitivity. Its sign says in which direction the loss goes when $x$
# grows, its size how strongly. To lower the loss, move against it.
#
# Decide: at $x = -0.5$, does a nudge upwards raise or lower the loss, and by about how much for a
# nudge of 0.01?

# %% [markdown]
# It lowers it, by about 0.01: the derivative is −1.
#
# A network has many weights. We nudge **one at a time and hold all others still**, and get one
# slope per weight. All of them together are the **gradient**: an array of the same shape as the
# weights, where each entry is the slope of the loss for that weight.
#
# For $f(x) = x_0^2\, x_1$ at $x = (3, 2)$:
#
# - nudging $x_0$ while $x_1 = 2$ stays: $2 x_0^2$ has slope $4 x_0 = 12$;
# - nudging $x_1$ while $x_0 = 3$ stays: $9 x_1$ has slope 9.
#
# The gradient is (12, 9): near this point, a nudge of $x_0$ counts a third more than one of $x_1$.

# %% [markdown]
# ## 2 Can a computer measure it?
#
# Yes, without knowing any rule: nudge, look, divide. There are two ways to do it, for a step $h$.
#
# $$\text{forward: } \frac{f(x + h) - f(x)}{h} \qquad\qquad \text{central: } \frac{f(x + h) - f(x -
# h)}{2h}$$
#
# Both are slopes of a line through two points of the curve. We try them on $f(x) = x^3$ at $x =
# 2$, where the derivative is $3 x^2 = 12$, with a large step of 0.5. Which of the two lines in the
# picture is closer to parallel with the dotted tangent?

# %% tags=["demo"]
figures.secants(lambda x: x**3, slope=12.0, x=2.0, h=0.5)

# %% [markdown]
# The forward difference is off by 3.25, the central one by 0.25. Is that luck?
#
# Near $x$, a smooth curve is a line plus a bend plus smaller terms: $f(x \pm h) = f(x) \pm h f' +
# \tfrac{h^2}{2} f'' \pm \tfrac{h^3}{6} f''' + \dots$ ($f''$ is the slope of the slope, $f'''$ the
# slope of that.) Look at the signs. The bend, with $h^2$, is the same on both sides, so the
# central difference subtracts it away. What is left is
#
# $$\text{error, forward} \approx \tfrac{h}{2} f'' \qquad\qquad \text{error, central} \approx
# \tfrac{h^2}{6} f'''$$
#
# For $x^3$ at 2, with $f'' = 12$, $f''' = 6$ and $h = 0.5$, the central error is 0.25 · 6 / 6 =
# 0.25. The forward error is 0.25 · 12 = 3, and the next term adds 0.25. With $h = 0.05$ the
# central error is a hundred times smaller, the forward one only ten times. So we take central
# differences.

# %% [markdown]
# ### Exercise `numerical_gradient` · 15 minutes · medium ●●○
#
# **Takes** `f`, a function from an array to one number; `x`, an array of floats of any shape, one
# axis or more; `h`, the step.
#
# **Returns** an array of the shape of `x`: for each entry the central difference of `f` with step
# `h` when only this entry moves. Afterwards `x` has the values it had before.
#
# **By hand:** for $f(x) = x_0^2\, x_1$ at (3, 2) with $h = 0.5$, the first entry is (3.5² · 2 −
# 2.5² · 2) / 1 = 12, the second is (9 · 2.5 − 9 · 1.5) / 1 = 9.
#
# <details><summary>Hint 1: where to look</summary>
#
# You need a loop over all entries, whatever the shape: `np.ndindex(x.shape)` goes through all
# indices, and `x[index]` is then one number. What must be true of x before you go on to the next
# entry?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# For each index, make two copies of x, one with this entry moved up and one with it moved down,
# and ask f for both. The result needs an array of its own to stand in. Mind what exactly the
# difference is divided by.
#
# </details>


# %%
def numerical_gradient(f, x, h=1e-5):
    """Slope of f at x for every entry of x, by central differences with step h."""
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient
    ### END SOLUTION


# %%
check(numerical_gradient)

# %% [markdown]
# It asks nothing of `f` but values. So it differentiates whatever can be calculated, a whole
# network included, and knows nothing of how `f` is built. That makes it slow, and hard to deceive.
#
# The gradient of section 1, measured:

# %%
with unfinished():
    print(np.round(numerical_gradient(lambda x: x[0] ** 2 * x[1], np.array([3.0, 2.0])), 6))

# %% [markdown]
# ## 3 How small should the step be?
#
# The formulas for the error say: the smaller, the better. Does the computer agree?
#
# We differentiate $f(x) = x^3$ at 1.7, where the derivative is $3 \cdot 1.7^2 = 8.67$, with steps
# from $10^{-1}$ down to $10^{-14}$. Both axes of the picture are logarithmic.
#
# Draw your guess on paper before you run it: two lines that fall to the left, one twice as
# steeply as the other. Do they fall forever?


# %% tags=["demo"]
def forward_difference(f, x, h):
    return np.array([(f(x + h) - f(x)) / h])


figures.error_by_step(
    {"forward difference": forward_difference, "numerical_gradient": numerical_gradient},
    lambda x: x[0] * x[0] * x[0],
    slope=8.67,
    x=1.7,
)

# %% [markdown]
# A U. Two errors work against each other:
#
# - **The curve is not straight.** On the right, the error falls with $h$ (forward) or with $h^2$
#   (central), as calculated.
# - **Numbers are rounded.** Float64 keeps about 16 digits, so each value of $f$ is off by about
#   $10^{-16}$ of its size. The difference of two nearly equal values keeps that error, and
#   dividing by a tiny $h$ makes it large: about $10^{-16} / h$. That is the left branch, and it is
#   the same for both.
#
# The best step lies where the branches meet. For the central difference, $h^2 = 10^{-16} / h$
# gives $h \approx 5 \cdot 10^{-6}$ and an error of about $10^{-10}$. The forward difference must
# stop at $10^{-8}$, with an error that is hundreds of times larger. Hence the default step of
# 1e-5, and hence float64: in float32, with 7 digits, even the best step would leave an error of
# about $10^{-5}$.

# %% [markdown]
# ## 4 Do two gradients agree?
#
# A formula claims one gradient, your measurement says another. They hardly ever agree to the last
# digit. When is the difference small enough?
#
# | claimed | measured | difference |
# |---|---|---|
# | 1000.0001 | 1000 | 0.0001 |
# | 0.0002 | 0.0001 | 0.0001 |
#
# The difference is the same, yet the first claim is excellent, and the second is wrong by a factor
# of two. What counts is the difference **relative to the size of the numbers**:
#
# $$\text{error} = \max_i \frac{|a_i - b_i|}{\max(|a_i| + |b_i|,\ 10^{-12})}$$
#
# It lies between 0 and 1. Each entry is measured by its own size, and the worst one counts, so
# that a single wrong entry among thousands is seen. The floor of $10^{-12}$ is there for entries
# that are 0 on both sides.
#
# Decide: what comes out when one gradient is exactly twice the other? And when only the sign is
# wrong?

# %% [markdown]
# ### How to read it
#
# For twice as much it is $|2a - a| / (2|a| + |a|) = 1/3$, and for a wrong sign 1. With float64 and
# central differences:
#
# | relative error | what it tells |
# |---|---|
# | below $10^{-6}$ | right |
# | larger, at many entries | wrong |
# | larger, at a few entries only | look closer: a bug, a kink, a slope that drowns in rounding |
#
# Two sizes have a meaning of their own: 0.33 is a factor of 2 (in general, a factor $k > 0$ shows
# as $|k - 1| / (k + 1)$), and 1 is a wrong sign, or a 0 where something should be.
#
# And what if a number is `nan`? It is neither smaller nor larger than anything: not only is `nan <
# 1e-6` False, `nan > 1e-6` is False as well. A check that looks for errors *above* a limit would
# let nan pass. So we decide: nan means the worst, `inf`.

# %% [markdown]
# ### Exercise `relative_error` · 10 minutes · medium ●●○
#
# **Takes** `a` and `b`, two arrays of equal shape, or two numbers; integers are allowed.
#
# **Returns** one number: the largest of the entries' relative errors by the formula above. Where
# an entry's error is nan, the answer is `inf`.
#
# **By hand:** for `a = [1, 3]` and `b = [1, 1]` the entries have errors 0 and 2/4, so the answer
# is 0.5. For `a = b = [0, 0]` it is 0, and for `a = [nan, 1]`, `b = [1, 1]` it is inf.
#
# <details><summary>Hint 1: where to look</summary>
#
# The formula has two kinds of maximum: one compares two numbers at the same place, the other looks
# through all entries. NumPy has a function for each. And what does a maximum make of a nan?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Calculate the errors of all entries as one array, then take the largest. If any entry is nan,
# NumPy's largest is nan, too; this is the one case that needs a decision of its own. `np.isnan`
# knows it; a nan is not even equal to itself.
#
# </details>


# %%
def relative_error(a, b):
    """Largest |a - b| / max(|a| + |b|, 1e-12) over all entries; inf where a nan turns up."""
    ### BEGIN SOLUTION
    error = np.max(np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-12))
    return np.inf if np.isnan(error) else error
    ### END SOLUTION


# %%
check(relative_error)

# %% [markdown]
# (If NumPy warned of an invalid value: one of the check's questions holds inf − inf. That is
# harmless.)
#
# You now have the instrument: measure, compare, read. We use it on a slope from lesson 02. There
# we read from a picture that $\ln(1 + e^{-z})$, the loss for label 1, has the slope $\sigma(z) -
# 1$. Somebody else claims $-\sigma(z)$. Which claim is right?

# %%
with unfinished():
    z = np.array([-5.0, -0.3, 0.4, 3.0])
    measured = numerical_gradient(lambda z: np.sum(np.log(1 + np.exp(-z))), z)
    for name, claim in {"sigmoid(z) - 1": sigmoid(z) - 1, "-sigmoid(z)": -sigmoid(z)}.items():
        error = relative_error(claim, measured)
        print(f"{name:15} {'right' if error < 1e-6 else f'wrong, error {error:.2f}'}")

# %% [markdown]
# ## 5 Many small steps
#
# Measuring costs two calls per number. To *calculate* slopes we take the loss apart. Every
# calculation, however long, is made of small steps that we can differentiate at sight. Take
#
# $$L = (a \cdot b + c)^2 \qquad \text{at } a = 2,\ b = 3,\ c = -4$$
#
# Give each step a name: $u = a \cdot b = 6$, then $v = u + c = 2$, then $L = v^2 = 4$. Each step
# knows its **local derivatives**, how far its result moves per nudge of one of its inputs ("by $a$"
# is short for "with respect to $a$"):
#
# | step | local derivatives |
# |---|---|
# | $u = a \cdot b$ | by $a$: $b = 3$. By $b$: $a = 2$ |
# | $v = u + c$ | by $u$: 1. By $c$: 1 |
# | $L = v^2$ | by $v$: $2v = 4$ |
#
# As a picture this is a **computation graph**: a box per value, an arrow per use, and a number on
# every edge. Before you read on: if $a$ is nudged by 0.01, how far does $u$ move? Then $v$? Then
# $L$?

# %% tags=["demo"]
figures.computation_graph(
    names=["a", "b", "u = a · b", "c", "v = u + c", "L = v²"],
    parents=[(), (), (0, 1), (), (2, 3), (4,)],
    values=[2, 3, 6, -4, 2, 4],
    local_grads=[(), (), (3, 2), (), (1, 1), (4,)],
)

# %% [markdown]
# $u$ moves by 0.03, $v$ by 0.03 as well, and $L$ by 4 · 0.03 = 0.12. It is like gears: each step
# multiplies the motion, so the sensitivity of $L$ to $a$ is the product of the numbers along the
# path. That is the **chain rule**:
#
# $$\frac{dL}{da} = \frac{dL}{dv} \cdot \frac{dv}{du} \cdot \frac{du}{da} = 4 \cdot 1 \cdot 3 =
# 12$$
#
# Along the other two paths: $dL/db = 4 \cdot 1 \cdot 2 = 8$ and $dL/dc = 4 \cdot 1 = 4$.
#
# Notice that all three products begin with the same factors. If we start **at the loss** and walk
# backwards, we calculate them once: $dL/dv = 4$, then $dL/du = 4 \cdot 1 = 4$, and from there 4 ·
# 3 for $a$ and 4 · 2 for $b$. Each step needs only two things: the derivative that arrives **from
# above**, and its own **local** derivative. Their product is passed on.
#
# Does the instrument agree?

# %%
with unfinished():
    slopes = numerical_gradient(lambda x: (x[0] * x[1] + x[2]) ** 2, np.array([2.0, 3.0, -4.0]))
    print(np.round(slopes, 6))

# %% [markdown]
# ## 6 Two gates: sigmoid and ReLU
#
# Two steps occur in every network: the activations. What is the local derivative of each?
#
# **Sigmoid.** With $s = 1 + e^{-z}$ it is $a = 1 / s$, a chain of two steps. The derivative of
# $1/s$ by $s$ is $-1/s^2$, and that of $s$ by $z$ is $-e^{-z}$, which is $-(s - 1)$. Multiplied:
#
# $$\frac{da}{dz} = \frac{s - 1}{s^2} = \frac{1}{s} - \frac{1}{s^2} = a - a^2 = a\,(1 - a)$$
#
# The derivative needs only the **output** $a$, which the forward pass has calculated already.
#
# **ReLU.** For $z > 0$ it passes $z$ on, slope 1. For $z < 0$ it gives 0, slope 0. The derivative
# needs to know on which side the **input** $z$ was. At exactly 0 there is a corner and no
# derivative; we take 0 there.
#
# In code, `dA` is the derivative of the loss by the output, what arrives from above. `dZ` is the
# derivative by the input, what is passed on: `dA` times the local derivative, entry by entry. All
# arrays here have the same shape.

# %% [markdown]
# ### Exercise `sigmoid_backward` · 5 minutes · easy ●○○
#
# **Takes** `dA`, the derivative of the loss by the sigmoid's output, and `A`, that *output*; equal
# shapes with one, two or three axes.
#
# **Returns** `dZ` of the same shape, the derivative of the loss by the sigmoid's input.
#
# **By hand:** for `dA = [4, 10]` and `A = [0.5, 0.9]` it is `[4 · 0.25, 10 · 0.09] = [1, 0.9]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# A is the output already: the sigmoid itself is not needed any more.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# What arrives from above, times the local derivative, entry by entry.
#
# </details>


# %%
def sigmoid_backward(dA, A):
    """Derivative at the sigmoid's input, from dA at its output; A is the output."""
    ### BEGIN SOLUTION
    return dA * A * (1 - A)
    ### END SOLUTION


# %%
check(sigmoid_backward)

# %% [markdown]
# ### Exercise `relu_backward` · 5 minutes · easy ●○○
#
# **Takes** `dA`, the derivative of the loss by the ReLU's output, and `Z`, the ReLU's *input*;
# equal shapes with one, two or three axes.
#
# **Returns** `dZ` of the same shape, a new array. `dA` keeps its values.
#
# **By hand:** for `dA = [3, -4, 5]` and `Z = [2, 0.5, -1]` it is `[3, -4, 0]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Which of the two arguments decides whether something passes, and which one passes?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The local derivative is 1 or 0, an answer to a question about Z. NumPy counts True as 1.
#
# </details>


# %%
def relu_backward(dA, Z):
    """Derivative at the ReLU's input, from dA at its output; Z is the input."""
    ### BEGIN SOLUTION
    return dA * (Z > 0)
    ### END SOLUTION


# %%
check(relu_backward)

# %% [markdown]
# Think of both as gates for the derivative on its way back. Your two functions, asked what becomes
# of a derivative of 1. Guess first: what is the most that a sigmoid lets through, and how much is
# that after five sigmoids in a row?

# %% tags=["demo"]
figures.local_gradients(
    {
        "sigmoid": lambda z: sigmoid_backward(np.ones(z.shape), sigmoid(z)),
        "ReLU": lambda z: relu_backward(np.ones(z.shape), z),
    }
)

# %% [markdown]
# A sigmoid lets at most 1/4 through, and at $z = \pm 6$ only 0.002. After five in a row at most
# 0.25⁵ ≈ 0.001 is left. An open ReLU lets everything through, a closed one nothing. Lesson 04
# shows what this does to deep networks.
#
# ### When the instrument errs: kinks
#
# ReLU has a corner at 0. The measurement steps to both sides. What does it say at $z = 2 \cdot
# 10^{-6}$ with the step $h = 10^{-5}$, where the true slope is 1? Calculate it: ReLU gives $1.2
# \cdot 10^{-5}$ on one side and 0 on the other.

# %% tags=["demo"]
figures.kink(numerical_gradient, relu, h=1e-5, place=2e-6)

# %% [markdown]
# It says 0.6, a mixture of both slopes. Its relative error against the true 1 is 0.4 / 1.6 = 0.25,
# although `relu_backward` is right. Wherever an input lies closer to a corner than $h$, measured
# and true slope may differ.
#
# So a large relative error at one or two entries, while all others are below $10^{-6}$, need not
# be a bug. Move the point a little and measure again: an error at a kink goes away, a bug stays.

# %% [markdown]
# ## 7 A neuron, backwards
#
# Now a whole neuron, with a squared error behind it. Its inputs are $x$ of shape (D,), its weights
# $w$ of shape (D,), its bias $b$ and its target $y$ are numbers:
#
# $$z = x \cdot w + b \qquad a = \sigma(z) \qquad L = (a - y)^2$$
#
# By hand, with $x = (1, 2)$, $w = (0.5, -0.5)$, $b = 0.5$, $y = 1$. Forward: $z = 0.5 - 1 + 0.5 =
# 0$, $a = 0.5$, $L = 0.25$. Backward, from the loss on:
#
# | derivative of $L$ by | from above | times local | = |
# |---|---|---|---|
# | $a$ | 1 | $2(a - y) = -1$ | −1 |
# | $z$ | −1 | $a(1 - a) = 0.25$ | −0.25 |
# | $b$ | −0.25 | 1 | −0.25 |
# | $w$ | −0.25 | $x = (1, 2)$ | (−0.25, −0.5) |
# | $x$ | −0.25 | $w = (0.5, -0.5)$ | (−0.125, 0.125) |
#
# Decide: the output 0.5 is too low for the target 1. Which of the two weights should grow, and
# which of them matters more?

# %% [markdown]
# Both slopes are negative, so both weights should grow; the second matters twice as much, because
# its input is twice as large.
#
# ### Exercise `neuron_gradients` · 10 minutes · medium ●●○
#
# **Takes** `x` (D,), `w` (D,), and the numbers `b` and `y`.
#
# **Returns** `(dw, db, dx)`, the derivatives of $(\sigma(x \cdot w + b) - y)^2$: arrays of shape
# (D,) and (D,), and the number `db` between them.
#
# **By hand:** the example above gives `dw = [-0.25, -0.5]`, `db = -0.25`, `dx = [-0.125, 0.125]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# First go forward, to have a. Then follow the table from top to bottom: three of its rows begin
# with the same number.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Everything passes through z. Once you have the derivative by z, a single number, each of the
# three results is this number times a local derivative. Your own `sigmoid_backward` may help.
#
# </details>


# %%
def neuron_gradients(x, w, b, y):
    """Derivatives (dw, db, dx) of the squared error (sigmoid(x·w + b) - y)**2 of one neuron."""
    ### BEGIN SOLUTION
    a = sigmoid(x @ w + b)
    dz = sigmoid_backward(2 * (a - y), a)
    return dz * x, dz, dz * w
    ### END SOLUTION


# %%
check(neuron_gradients)

# %% [markdown]
# Why do we want `dx`, when nobody can change the input? Because $x$ may be the output of other
# neurons. What is `dx` here arrives there as the derivative from above.

# %% [markdown]
# ## 8 When a value is used twice
#
# So far one path led from each input to the loss. What if there are two? Take $L = a \cdot b + a$
# at $a = 2$, $b = 3$: the loss is 8, and $a$ is used twice. Nudge $a$ by 0.01: $2.01 \cdot 3 +
# 2.01 = 8.04$. The loss moves by 0.04, so the slope is 4. Find the 4 in the picture:

# %% tags=["demo"]
names = ["a", "b", "u = a · b", "L = u + a"]
parents = [(), (), (0, 1), (2, 0)]
local_grads = [(), (), (3, 2), (1, 1)]
figures.computation_graph(names, parents, [2, 3, 6, 8], local_grads=local_grads)

# %% [markdown]
# One path goes through $u$: 3 · 1 = 3. The other leads straight to $L$: 1. The nudge travels both
# ways, and at $L$ the effects add up: 3 + 1 = 4. So the whole chain rule is
#
# **multiply along each path, and add over all paths.**
#
# Walking backwards, this becomes a simple habit: whatever arrives at a value is **added** to what
# has arrived there before. From the last node to the first:
#
# | node | has heard | tells its parents |
# |---|---|---|
# | 3, $L$ | 1, by definition | $u$: 1 · 1. $a$: 1 · 1 |
# | 2, $u$ | 1 | $a$: 1 · 3. $b$: 1 · 2 |
# | 1, $b$ | 2 | nobody |
# | 0, $a$ | 1 + 3 = 4 | nobody |
#
# A node may speak only when it has heard everything. Nodes are numbered so that parents stand
# before their children, so walking from the last to the first does it.

# %% [markdown]
# ### Exercise `graph_backward` · 25 minutes · hard ●●●
#
# **Takes** two lists of K tuples. `parents[k]` holds the numbers of the nodes that node k was
# calculated from, all smaller than k. `local_grads[k]` holds the derivative of node k by each of
# them, in the same order. An input has empty tuples, and a parent may stand twice in one tuple, as
# in $x \cdot x$.

# %% [markdown]
# **Returns** an array of shape (K,): the derivative of the last node by every node. The last
# node's own is 1; a node that does not lead to the last one gets 0.
#
# **By hand:** the graph above, `parents = [(), (), (0, 1), (2, 0)]` and `local_grads = [(), (),
# (3, 2), (1, 1)]`, gives `[4, 2, 1, 1]`.
#
# <details><summary>Hint 1: where to look</summary>
#
# Follow the table above with a pencil, and mark where a number is set, where it is added, and in
# which order the nodes speak. What must the array hold before the first node speaks?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Two loops: an outer one over the nodes, last one first; an inner one over the pairs of a parent
# and the local derivative that belongs to it (`zip` makes such pairs). In the inner loop, one
# parent hears one product.
#
# </details>


# %%
def graph_backward(parents, local_grads):
    """Derivative of the last node by every node, shape (K,), for nodes in topological order."""
    ### BEGIN SOLUTION
    grads = np.zeros(len(parents))
    grads[-1] = 1
    for node in reversed(range(len(parents))):
        for parent, local_grad in zip(parents[node], local_grads[node], strict=True):
            grads[parent] += grads[node] * local_grad
    return grads
    ### END SOLUTION


# %%
check(graph_backward)

# %% [markdown]
# Now the neuron of section 7 as a graph. The products $p = x_1 w_1$ and $q = x_2 w_2$ get nodes of
# their own:


# %%
NEURON = ["x1", "w1", "x2", "w2", "p = x1·w1", "q = x2·w2", "b", "z = p + q + b", "a = σ(z)", "L"]
PARENTS = [(), (), (), (), (0, 1), (2, 3), (), (4, 5, 6), (7,), (8,)]


def local_slopes(x, w, b, y):
    """Local derivatives of the neuron's graph, in the order of its nodes and their parents."""
    a = sigmoid(x @ w + b)
    p, q, z = (w[0], x[0]), (w[1], x[1]), (1, 1, 1)
    return [(), (), (), (), p, q, (), z, (a * (1 - a),), (2 * (a - y),)]


# %% [markdown]
# Compare the picture, with the slopes that your function finds, with the table of section 7. Where
# is the 0.25 that the sigmoid lets through?

# %% tags=["demo"]
values = [1, 0.5, 2, -0.5, 0.5, -1, 0.5, 0, 0.5, 0.25]
local_grads = local_slopes(np.array([1.0, 2.0]), np.array([0.5, -0.5]), 0.5, 1)
with unfinished():
    slopes = graph_backward(PARENTS, local_grads)
    display(figures.computation_graph(NEURON, PARENTS, values, slopes, local_grads))

# %% [markdown]
# ### How many paths?
#
# If the rule is "add over all paths", why not list the paths? Take twenty diamonds in a row: each
# splits a value in two and adds the halves again. That makes 61 nodes and 80 edges. How many paths
# lead from the first node to the last? Guess before you run it. With all local derivatives 1,
# every path contributes 1, so your function counts them.

# %%
parents, last = [()], 0
for _ in range(20):
    split = len(parents)
    parents += [(last,), (last,), (split, split + 1)]
    last = split + 2
with unfinished():
    paths = graph_backward(parents, [(1.0,) * len(above) for above in parents])[0]
    print(f"{len(parents)} nodes, {sum(map(len, parents))} edges, {paths:,.0f} paths")

# %% [markdown]
# More than a million paths, and your function needed 80 multiplications, one per edge. Because
# every node first adds up all it hears and then speaks once, paths that share an edge share the
# work. This is the reason why derivatives flow **backwards** through networks.

# %% [markdown]
# ## 9 Three ways to one gradient
#
# The same neuron, at another point, three times: by your formula, by your graph, by measurement.
# They share no code. How closely should they agree?

# %%
x, w, b, y = np.array([1.5, -2.0]), np.array([0.8, -0.3]), 0.4, 0.0
with unfinished():
    by_formula = neuron_gradients(x, w, b, y)[0]
    by_graph = np.asarray(graph_backward(PARENTS, local_slopes(x, w, b, y)))[[1, 3]]
    by_measurement = numerical_gradient(lambda w: (sigmoid(x @ w + b) - y) ** 2, w)
    print("dw by formula:", np.round(by_formula, 6))
    for name, other in {"graph": by_graph, "measurement": by_measurement}.items():
        error = relative_error(by_formula, other)
        print(f"formula against {name}: {'agree' if error < 1e-6 else f'error {error:.2g}'}")

# %% [markdown]
# When ways that share no code agree, all of them are right, or all are wrong in the same manner,
# which hardly ever happens. That is the test which lesson 04 uses on every layer, and you may use
# on anything you ever derive.
#
# And the price? Measuring takes two forward passes **per weight**: two million for a network with
# a million weights, and that for one step of learning. The walk back through the graph gives all
# slopes in one sweep. Lesson 04 takes that walk with whole layers instead of single numbers.

# %% [markdown]
# ## Summary
#
# - A derivative says how far the loss moves per unit of nudge; the gradient holds one for every
#   entry, and has the shape of what is nudged.
# - Central differences measure it without any rule, with an error of the order of $h^2$; too small
#   a step drowns in rounding, so `h = 1e-5`, in float64.
# - Compare gradients by their relative error: below $10^{-6}$ is right, 1/3 a factor of 2, 1 a
#   wrong sign. Mind the kinks.
# - The chain rule: multiply local derivatives along each path, add over all paths.
# - Walking from the loss backwards, every edge is used once, however many paths there are.

# %% [markdown]
# ## Questions to think about
#
# 1. What is `local_grads` for $s = x \cdot x$ as a product with `parents` (0, 0), and what follows?
#    <details><summary>Answer</summary>
#
#    A product's derivative by one factor is the other, so it is (x, x). Both paths lead to the same
#    node, and x + x = 2x: the rule for squares follows from the chain rule.
#
#    </details>
#
# 2. Someone adds a constant of 10⁹ to a loss, which changes no slope. What does it do to
#    `numerical_gradient` with h = 1e-5?
#    <details><summary>Answer</summary>
#
#    Near 10⁹ float64 numbers lie 1.2 · 10⁻⁷ apart, so each value may be off by half of that.
#    Divided by 2h, a slope of 1 may be off by 0.6 %. A large loss hides small slopes from the
#    measurement.
#
#    </details>
#
# 3. One could also walk forwards, from an input to the loss, multiplying and adding on the way.
#    When is that better?
#    <details><summary>Answer</summary>
#
#    A forward walk gives the derivatives of everything by **one** input, a backward walk those of
#    one result by **everything**. With few inputs and many results, forwards wins. A network has
#    millions of weights and one loss.
#
#    </details>

# %% [markdown]
# ## Further reading
#
# - Stanford CS231n: *Neural networks part 3*, section on gradient checks.
#   cs231n.github.io/neural-networks-3. The best page of practical advice.
# - C. Olah: *Calculus on computational graphs: backpropagation*. colah.github.io, 2015. Paths and
#   sums in pictures.
# - W. Press, S. Teukolsky, W. Vetterling, B. Flannery: *Numerical Recipes*, 3rd edition, section
#   5.7. Cambridge University Press, 2007. Why the step must not be too small.
# - A. Baydin, B. Pearlmutter, A. Radul, J. Siskind: *Automatic differentiation in machine
#   learning: a survey*. Journal of Machine Learning Research 18 (153), 1–43, 2018.
# - A. Griewank, A. Walther: *Evaluating Derivatives*, 2nd edition. SIAM, 2008. Chapter 3 walks
#   backwards, with proofs of what it costs.
