# The generator: the commit names every file and, in its lists of packages, each package by its hash.
RUN git init --quiet ../generator && cd ../generator \
    && git fetch --quiet --depth 1 https://github.com/@repository @commit \
    && git checkout --quiet FETCH_HEAD && PIP_ONLY_BINARY=:all: make setup vendor
ENV PATH="/home/user/generator/.venv/bin:$PATH"
