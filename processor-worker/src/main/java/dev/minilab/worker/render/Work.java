package dev.minilab.worker.render;

import dev.minilab.worker.codec.Codecs;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.Pipeline;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;

/// What is done to an original once it is in the right process. Safe for use by many threads.
@FunctionalInterface
interface Work {

    Rendering render(RenderRequest request) throws RenderException;

    /// The pipeline with all codecs of this installation.
    static Work ofInstallation() {
        return new Pipeline(Codecs.available())::render;
    }
}
