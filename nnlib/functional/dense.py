"""A dense layer and the network that a chain of them makes, forward and backward."""

import numpy as np

from nnlib.arrays import Array, Parameters, as_floats
from nnlib.functional.activations import relu, relu_backward, sigmoid, sigmoid_backward


def dense_forward(X: Array, W: Array, b: Array) -> Array:
    """Weighted sums of a layer of H neurons for N examples, ``Z = X @ W + b``.

    Parameters
    ----------
    X : ndarray of shape (N, D)
    W : ndarray of shape (D, H)
    b : ndarray of shape (H,)

    Returns
    -------
    ndarray of shape (N, H)

    Raises
    ------
    ValueError
        When the shapes do not fit together.

    Examples
    --------
    >>> dense_forward(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]), np.array([0.5]))
    array([[11.5]])
    """
    if X.shape[-1:] != W.shape[:1] or b.shape != W.shape[1:]:
        raise ValueError(
            f"X has shape {X.shape}, W {W.shape} and b {b.shape}; expected X (N, D), W (D, H) "
            "and b (H,), with the same D and the same H."
        )
    Z: Array = X @ W + b
    return Z


def dense_parameter_gradients(dZ: Array, X: Array) -> tuple[Array, Array]:
    """Derivatives of the loss with respect to a dense layer's W and b.

    ``dW = X.T @ dZ`` and ``db`` the sum of dZ over the examples. The first layer needs only these:
    nobody asks for the derivative with respect to the data.

    Parameters
    ----------
    dZ : ndarray of shape (N, H)
    X : ndarray of shape (N, D)

    Returns
    -------
    dW : ndarray of shape (D, H)
    db : ndarray of shape (H,)

    Examples
    --------
    >>> dense_parameter_gradients(np.array([[1.0], [2.0]]), np.array([[3.0, 0.0], [0.0, 4.0]]))
    (array([[3.],
           [8.]]), array([3.]))
    """
    return X.T @ dZ, dZ.sum(axis=0)


def dense_backward(dZ: Array, X: Array, W: Array) -> tuple[Array, Array, Array]:
    """Derivatives of the loss with respect to all that went into a dense layer.

    Parameters
    ----------
    dZ : ndarray of shape (N, H)
        Derivative of the loss with respect to ``Z = X @ W + b``.
    X : ndarray of shape (N, D)
    W : ndarray of shape (D, H)

    Returns
    -------
    dX : ndarray of shape (N, D)
        ``dZ @ W.T``
    dW : ndarray of shape (D, H)
        ``X.T @ dZ``
    db : ndarray of shape (H,)
        the sum of dZ over the examples

    Examples
    --------
    >>> dX, dW, db = dense_backward(
    ...     np.array([[1.0], [2.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[3.0], [4.0]])
    ... )
    >>> dX, dW, db
    (array([[3., 4.],
           [6., 8.]]), array([[1.],
           [2.]]), array([3.]))
    """
    return dZ @ W.T, *dense_parameter_gradients(dZ, X)


def network_forward(X: Array, params: Parameters) -> tuple[Array, list[tuple[Array, Array]]]:
    """Run a chain of dense layers: ReLU between them, nothing after the last.

    Parameters
    ----------
    X : ndarray of shape (N, D)
    params : list of (W, b)
        One pair per layer, first layer first.

    Returns
    -------
    logits : ndarray of shape (N, C)
    cache : list of (A_in, Z)
        What each layer was given and its weighted sums, first layer first.

    Raises
    ------
    ValueError
        When a layer does not fit what arrives there; layers are counted from 0.

    Examples
    --------
    >>> params = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> logits, cache = network_forward(np.array([[-3.0], [2.0]]), params)
    >>> logits
    array([[3.],
           [2.]])
    """
    if not params:
        raise ValueError("params is empty; a network needs at least one layer (W, b).")
    cache: list[tuple[Array, Array]] = []
    A = X
    for number, (W, b) in enumerate(params):
        try:
            Z = dense_forward(A, W, b)
        except ValueError as error:
            raise ValueError(f"Layer {number}: {error}") from None
        cache.append((A, Z))
        if number + 1 < len(params):
            A = relu(Z)
    return Z, cache


def network_backward(
    dlogits: Array, cache: Parameters, params: Parameters
) -> list[tuple[Array, Array]]:
    """Send the loss's derivative back through the network of `network_forward`.

    Parameters
    ----------
    dlogits : ndarray of shape (N, C)
        Derivative of the loss with respect to the logits.
    cache : list of (A_in, Z)
        As returned by `network_forward`.
    params : list of (W, b)

    Returns
    -------
    list of (dW, db)
        In the order of `params`.

    Examples
    --------
    >>> params = [(np.array([[1.0, -1.0]]), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> _, cache = network_forward(np.array([[-3.0]]), params)
    >>> network_backward(np.array([[1.0]]), cache, params)[0]
    (array([[ 0., -3.]]), array([0., 1.]))
    """
    grads = []
    dZ = dlogits
    for number in reversed(range(len(params))):
        A_in, _ = cache[number]
        grads.append(dense_parameter_gradients(dZ, A_in))
        if number > 0:
            W, _ = params[number]
            dZ = relu_backward(dZ @ W.T, cache[number - 1][1])
    return grads[::-1]


def neuron_gradients(x: Array, w: Array, b: float, y: float) -> tuple[Array, float, Array]:
    """Derivatives of one neuron's squared error, ``(sigmoid(w·x + b) - y)**2``.

    Parameters
    ----------
    x, w : ndarray of shape (D,)
    b, y : float

    Returns
    -------
    dw : ndarray of shape (D,)
    db : float
    dx : ndarray of shape (D,)

    Examples
    --------
    >>> dw, db, dx = neuron_gradients(np.array([2.0]), np.array([0.0]), 0.0, 0.0)
    >>> dw, db, dx
    (array([0.5]), 0.25, array([0.]))
    """
    a = sigmoid(as_floats(x) @ w + b)
    dz = sigmoid_backward(2 * (a - y), a)
    return dz * x, float(dz), dz * w


def layer_gradient_norms(grads: Parameters) -> Array:
    """How strongly each layer hears the error: the Frobenius norm of its dW.

    Parameters
    ----------
    grads : list of (dW, db)

    Returns
    -------
    ndarray of shape (L,)
        First layer first.

    Examples
    --------
    >>> layer_gradient_norms([(np.array([[3.0, 4.0]]), np.zeros(2))])
    array([5.])
    """
    return np.array([np.linalg.norm(dW) for dW, _ in grads])
