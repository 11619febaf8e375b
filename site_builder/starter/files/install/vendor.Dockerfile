# The generator that the Space carries, and what it needs: wheels with these hashes only.
COPY --chown=user requirements.txt .
COPY --chown=user generator generator
RUN python -m venv ../env && ../env/bin/python -P -m pip install --quiet --require-hashes \
    --only-binary :all: --requirement requirements.txt
ENV PATH="/home/user/env/bin:$PATH"
