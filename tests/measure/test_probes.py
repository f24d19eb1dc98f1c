import numpy as np
import torch

from engine.measure import histogram
from engine.measure.probes import Layers, Probe
from tests.measure.test_histogram import oracle


def layers_with_gradients(*, scale=1.0):
    generator = torch.Generator().manual_seed(1)
    shapes = [[(8, 5), (8,)], [(3, 8)]]
    layers = []
    for group in shapes:
        layer = []
        for shape in group:
            weights = torch.nn.Parameter(torch.randn(shape, generator=generator))
            weights.grad = torch.randn(shape, generator=generator) * scale
            layer.append(weights)
        layers.append(layer)
    return layers


def measured(layers, update):
    probe = Probe(layers)
    probe.before_update()
    with torch.no_grad():
        update()
    return probe.after_update().layers()[0]


def flat(layer, read):
    return np.concatenate([read(w).detach().double().numpy().ravel() for w in layer])


def test_probe_equals_numpy_for_every_layer():
    layers = layers_with_gradients()
    layers[0][0].grad[0, :3] = 0.0
    layers[1][0].grad[0, 0] = float("nan")
    before = [flat(layer, lambda w: w) for layer in layers]

    def update():
        for layer in layers:
            for weights in layer:
                weights.add_(weights.grad.nan_to_num(), alpha=-0.1)

    found = measured(layers, update)
    for row, layer in enumerate(layers):
        gradient, after = flat(layer, lambda w: w.grad), flat(layer, lambda w: w)
        ratio = np.linalg.norm(after - before[row]) / np.linalg.norm(before[row])
        np.testing.assert_allclose(
            found.weight_norm[row], np.linalg.norm(before[row]), rtol=1e-6
        )
        np.testing.assert_allclose(found.update_ratio[row], ratio, rtol=1e-5)
        assert found.grad_histogram[row].tolist() == oracle(gradient).tolist()
        assert found.weight_histogram[row].tolist() == oracle(after).tolist()
        assert found.grad_zeros[row] == np.mean(gradient == 0)
        assert found.grad_nonfinite[row] == np.mean(~np.isfinite(gradient))
    norm = np.linalg.norm(flat(layers[0], lambda w: w.grad))
    np.testing.assert_allclose(found.grad_norm[0], norm, rtol=1e-6)
    assert np.isnan(found.grad_norm[1])


def test_probe_of_tiny_gradients_keeps_their_norm():
    layers = layers_with_gradients(scale=1e-15)
    found = measured(layers, lambda: None)
    norm = np.linalg.norm(flat(layers[0], lambda w: w.grad))
    np.testing.assert_allclose(found.grad_norm[0], norm, rtol=1e-6)
    assert found.update_ratio.tolist() == [0.0, 0.0]


def test_probe_of_zero_weights_has_no_ratio():
    weights = torch.nn.Parameter(torch.zeros(4))
    weights.grad = torch.ones(4)
    found = measured([[weights]], lambda: weights.add_(1.0))
    assert np.isnan(found.update_ratio[0])


def test_probe_without_gradient_counts_zeros():
    weights = torch.nn.Parameter(torch.ones(4))
    found = measured([[weights]], lambda: None)
    assert found.grad_zeros[0] == 1.0
    assert found.grad_norm[0] == 0.0


def test_probe_of_a_large_layer_samples_the_histogram_but_not_the_norm():
    size = histogram.SAMPLE_LIMIT * 3
    weights = torch.nn.Parameter(torch.ones(size))
    weights.grad = torch.full((size,), 2.0)
    found = measured([[weights]], lambda: None)
    assert found.grad_histogram.sum() <= histogram.SAMPLE_LIMIT
    np.testing.assert_allclose(found.grad_norm[0], 2.0 * size**0.5, rtol=1e-6)
    assert found.grad_zeros[0] == 0.0


def test_layers_put_overwrites_chosen_rows_only():
    layers = Layers.unknown(3)
    part = measured(layers_with_gradients(), lambda: None)
    layers.put([0, 2], part)
    sample = layers.sample(step=7, phase=1)
    assert np.isnan(sample.grad_norm[1])
    assert sample.grad_norm[2] == part.grad_norm[1]
    assert (sample.step, sample.phase) == (7, 1)
