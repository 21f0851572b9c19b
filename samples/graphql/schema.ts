/** The types of the graph: pages, their links, and their hosts. */
export const typeDefs = /* GraphQL */ `
  type Query {
    "The pages in the order in which they were crawled."
    pages(first: Int! = 20, after: ID, host: String): PageConnection!
    page(url: String!): Page
    hosts: [Host!]!
  }

  type Mutation {
    "Writes a note on a page, or removes it; null if there is no such page."
    notePage(id: ID!, note: String): Page
    "Removes a page and its links; false if there is no such page."
    removePage(id: ID!): Boolean!
  }

  type Subscription {
    "A page that has got a note."
    pageNoted: Page
  }

  type Page {
    id: ID!
    url: String!
    title: String!
    status: Int!
    "Links from the first page of the crawl."
    depth: Int!
    bytes: Float!
    note: String
    host: Host!
    links(first: Int! = 10): [Link!]!
    "Pages with a link to this one."
    linkedFrom(first: Int! = 10): [Page!]!
  }

  type Link {
    url: String!
    "The page that the link leads to; null if it was not crawled."
    target: Page
  }

  type Host {
    name: String!
    pageCount: Int!
    pages(first: Int! = 20, after: ID): PageConnection!
  }

  type PageConnection {
    nodes: [Page!]!
    pageInfo: PageInfo!
  }

  type PageInfo {
    hasNextPage: Boolean!
    "The argument \`after\` for the next pages; null if there are no pages."
    endCursor: ID
  }
`;

/** What GraphiQL shows at first: three levels, from pages over their links to the hosts of what they lead to. */
export const FIRST_QUERY = /* GraphQL */ `
  query Pages {
    pages(first: 20) {
      nodes {
        title
        links(first: 10) {
          url
          target {
            title
            host {
              name
              pageCount
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;
